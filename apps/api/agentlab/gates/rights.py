"""Who may decide, in SQL: what `policies.need_right` says of one person, for many at once.

The names of tables and columns are the caller's own. A gate without a row in `gate_policies` has
the usual rules: that `policy` is then null, and one approval of anybody whose role decides is
enough. Tests of the inbox and of the analytics compare this with what the gates answer.
"""

from agentlab.gates.policies import DECIDING

ROLES = ", ".join(f"'{role}'" for role in sorted(DECIDING))
"""Those that decide at all, for `IN`."""


def seats(*, gate: str, person: str, today: str) -> str:
    """The reviewers for whom a person decides, as `seat`: see `policies.seats_of`."""
    return f"""
        SELECT r.user_id AS seat FROM gate_reviewers r
        WHERE r.gate_id = {gate} AND r.user_id = {person}
        UNION ALL
        SELECT y.reviewer_id FROM gate_deputies y
        WHERE y.gate_id = {gate} AND y.deputy_id = {person}
          AND {today} BETWEEN y.starts_on AND y.ends_on
    """  # noqa: S608 - texts of our own


def has_right(*, gate: str, policy: str, person: str, role: str, today: str) -> str:
    """A condition: that the policy lets a person decide at a gate."""
    own = seats(gate=gate, person=person, today=today)
    return f"(coalesce({role} = ANY ({policy}.roles), true) OR EXISTS ({own}))"


def may_decide(*, submission: str, policy: str, person: str, role: str, today: str) -> str:
    """A condition: that a person may decide a submission that still waits."""
    own = seats(gate=f"{submission}.gate_id", person=person, today=today)
    by_role = f"SELECT {person} AS seat WHERE coalesce({role} = ANY ({policy}.roles), true)"
    return f"""(
        ({submission}.submitted_by <> {person} OR coalesce({policy}.submitter_decides, true))
        AND NOT EXISTS (
            SELECT FROM decisions d
            WHERE d.submission_id = {submission}.id AND d.decided_by = {person})
        AND EXISTS (
            SELECT FROM ({by_role} UNION ALL {own}) own
            WHERE NOT EXISTS (
                SELECT FROM decisions d
                WHERE d.submission_id = {submission}.id
                  AND coalesce(d.deputy_of, d.decided_by) = own.seat))
    )"""  # noqa: S608 - texts of our own
