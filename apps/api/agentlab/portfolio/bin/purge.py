"""Deleting for good: every row of it and below it. The audit trail stays."""

from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.portfolio.levels.deletion import BELOW, NONE, Deletable

CLIENT, SERVICE, PROJECT = "= ANY(:clients)", "= ANY(:services)", "= ANY(:projects)"
CONTACT, APPLICATION = "= ANY(:contacts)", "= ANY(:applications)"


def of(table: str, condition: str) -> str:
    """The rows of a table that go, as a condition on what refers to them."""
    return f"IN (SELECT id FROM {table} WHERE {condition})"  # noqa: S608 - texts of our own


DOCUMENT = of("documents", f"project_id {PROJECT}")
WORKFLOW = of("workflows", f"project_id {PROJECT}")
STAGE = of("stages", f"workflow_id {WORKFLOW}")
GATE = of("gates", f"stage_id {STAGE}")
SUBMISSION = of("submissions", f"gate_id {GATE}")
DECISION = of("decisions", f"submission_id {SUBMISSION}")

ROWS = (
    ("decision_files", f"decision_id {DECISION}"),
    ("decision_artefacts", f"decision_id {DECISION}"),
    ("decision_attention", f"decision_id {DECISION}"),
    ("decisions", f"submission_id {SUBMISSION}"),
    ("withdrawals", f"submission_id {SUBMISSION}"),
    ("torn_submissions", f"submission_id {SUBMISSION}"),
    ("submission_artefacts", f"submission_id {SUBMISSION}"),
    ("gate_reminders", f"submission_id {SUBMISSION}"),
    ("submissions", f"gate_id {GATE}"),
    ("gate_deputies", f"gate_id {GATE}"),
    ("gate_reviewers", f"gate_id {GATE}"),
    ("gate_policies", f"gate_id {GATE}"),
    ("gates", f"stage_id {STAGE}"),
    ("stage_transitions", f"stage_id {STAGE}"),
    ("route_choices", f"stage_id {STAGE}"),
    ("condition_answers", f"workflow_id {WORKFLOW}"),
    ("stage_artefacts", f"stage_id {STAGE}"),
    ("stages", f"workflow_id {WORKFLOW}"),
    ("template_changes", f"workflow_id {WORKFLOW}"),
    ("method_news", f"project_id {PROJECT}"),
    ("workflows", f"project_id {PROJECT}"),
    ("document_readings", f"document_id {DOCUMENT}"),
    ("versions", f"document_id {DOCUMENT}"),
    ("documents", f"project_id {PROJECT}"),
    ("correction_intents", f"project_id {PROJECT}"),
    ("corrections", f"project_id {PROJECT}"),
    ("contradictions", f"project_id {PROJECT}"),
    ("work_statements", f"item_id {of('work_items', f'project_id {PROJECT}')}"),
    ("work_items", f"project_id {PROJECT}"),
    ("ledger_readings", f"project_id {PROJECT}"),
    ("workspaces", f"project_id {PROJECT}"),
    ("imports", f"project_id {PROJECT}"),
    ("inbox_snoozes", f"project_id {PROJECT}"),
    ("standings", f"project_id {PROJECT}"),
    ("api_tokens", f"project_id {PROJECT}"),
    ("application_projects", f"project_id {PROJECT} OR application_id {APPLICATION}"),
    (
        "contact_links",
        f"project_id {PROJECT} OR service_id {SERVICE} OR contact_id {CONTACT}",
    ),
    ("service_categories", f"service_id {SERVICE}"),
    ("client_assignments", f"client_id {CLIENT}"),
    ("contacts", f"id {CONTACT}"),
    ("applications", f"id {APPLICATION}"),
    (
        "portfolio_transitions",
        " OR ".join(
            f"subject_id {one}" for one in (CLIENT, SERVICE, PROJECT, CONTACT, APPLICATION)
        ),
    ),
    ("projects", f"id {PROJECT}"),
    ("services", f"id {SERVICE}"),
    ("clients", f"id {CLIENT}"),
)
"""The rows of each table; those that refer to others come first."""

# A template is shared by all projects that run through it or did, and goes with the last one;
# those of our own stay in the library.
UNUSED_TEMPLATES = text(
    "DELETE FROM templates t WHERE t.id = ANY(:templates) "
    "AND t.method <> 'agentlab' "
    "AND NOT EXISTS (SELECT 1 FROM workflows w WHERE w.template_id = t.id) "
    "AND NOT EXISTS (SELECT 1 FROM template_changes x WHERE x.from_template_id = t.id)"
).bindparams(bindparam("templates", type_=ARRAY(Uuid)))
TEMPLATES = f"""
    SELECT template_id FROM workflows WHERE project_id {PROJECT}
    UNION SELECT from_template_id FROM template_changes
    WHERE workflow_id {WORKFLOW} AND from_template_id IS NOT NULL
"""  # noqa: S608 - texts of our own


async def delete_all_of(db: AsyncSession, kind: Deletable, id_: UUID) -> None:
    """Its row is locked; whoever adds to one of its projects meanwhile is too late."""
    await db.flush()
    gone = {
        table: await ids(db, f"{found.get(kind, NONE)} FOR UPDATE", id=id_)
        for table, found in BELOW.items()
    }
    templates = await ids(db, TEMPLATES, projects=gone["projects"])
    for table, condition in ROWS:
        named = [bindparam(name, type_=ARRAY(Uuid)) for name in gone if f":{name}" in condition]
        statement = text(f"DELETE FROM {table} WHERE {condition}")  # noqa: S608 - texts of our own
        await db.execute(statement.bindparams(*named), gone)
    await db.execute(UNUSED_TEMPLATES, {"templates": templates})


async def ids(db: AsyncSession, statement: str, **parameters: object) -> list[UUID]:
    rows = await db.execute(text(statement), parameters)
    return [row[0] for row in rows]
