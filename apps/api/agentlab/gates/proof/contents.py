"""What a proof says of a decision, as JSON for programs and as Markdown for people."""

import unicodedata
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.audit import chain
from agentlab.audit.models import AuditEntry
from agentlab.auth.erasure import is_erased
from agentlab.auth.models import User
from agentlab.documents.models import Version
from agentlab.errors import Conflict, NotFound
from agentlab.gates.models import Decision, DecisionArtefact, Submission
from agentlab.portfolio.models import Client, Project, Service
from agentlab.workflows.models import Gate, Stage, Workflow

FORMAT = "agentlab-proof/1"
ANSWERS = {True: "Yes", False: "No", None: "Not answered"}

Submitter = aliased(User)
Decider = aliased(User)


class NotInTrail(Conflict):
    code = "decision_not_in_trail"


async def contents_of(db: AsyncSession, decision_id: UUID) -> dict[str, Any]:
    """Everything that the proof of a decision says; the same for the same decision.

    Raises:
        NotFound: there is no such decision.
        NotInTrail: it is older than the audit trail.
    """
    row = (
        await db.execute(
            select(Decision, Submission, Gate, Stage, Project, Service.name, Client.name)
            .join(Submission, Submission.id == Decision.submission_id)
            .join(Gate, Gate.id == Submission.gate_id)
            .join(Stage, Stage.id == Gate.stage_id)
            .join(Workflow, Workflow.id == Stage.workflow_id)
            .join(Project, Project.id == Workflow.project_id)
            .join(Service, Service.id == Project.service_id)
            .join(Client, Client.id == Service.client_id)
            .where(Decision.id == decision_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such decision.")
    decision, submission, gate, stage, project, service, client = row
    found: dict[str, Any] = to_jsonable_python(
        {
            "format": FORMAT,
            "decision": {
                "id": decision.id,
                "verdict": decision.verdict,
                "reason": decision.reason,
                **await who_and_when(db, decision),
                "settles": decision.settles,
                "checklist": decision.checklist,
            },
            "approvals": await approvals_before(db, decision),
            "submission": {
                "id": submission.id,
                "number": submission.number,
                "note": submission.note,
                "submitted_by": await person(db, submission.submitted_by),
                "submitted_at": chain.spelled(submission.submitted_at),
            },
            "gate": {"id": gate.id, "kind": gate.kind, "reason": gate.reason},
            "stage": {"key": stage.key, "title": stage.title, "position": stage.position},
            "project": {
                "id": project.id,
                "key": project.key,
                "name": project.name,
                "service": service,
                "client": client,
            },
            "artefacts": await artefacts(db, decision_id),
            "entry": await entry_of(db, decision),
        }
    )
    return found


async def who_and_when(db: AsyncSession, decision: Decision) -> dict[str, Any]:
    deputy_of = await person(db, decision.deputy_of) if decision.deputy_of else None
    return {
        "decided_by": await person(db, decision.decided_by),
        "deputy_of": deputy_of,
        "decided_at": chain.spelled(decision.decided_at),
    }


async def approvals_before(db: AsyncSession, decision: Decision) -> list[dict[str, Any]]:
    """Those of others without which an approval that settles would not have settled."""
    if not decision.settles:
        return []
    others = await db.scalars(
        select(Decision)
        .where(Decision.submission_id == decision.submission_id, ~Decision.settles)
        .order_by(Decision.decided_at, Decision.id)
    )
    return [
        {"id": other.id, **await who_and_when(db, other), "reason": other.reason}
        for other in others
    ]


async def person(db: AsyncSession, user_id: UUID) -> dict[str, Any]:
    """The id, and the name unless the person was erased."""
    row = await db.execute(select(User.name, is_erased()).where(User.id == user_id))
    name, erased = row.one()
    return {"id": user_id, "name": None if erased else name}


async def artefacts(db: AsyncSession, decision_id: UUID) -> list[dict[str, Any]]:
    rows = await db.execute(
        select(
            DecisionArtefact.path,
            DecisionArtefact.version,
            DecisionArtefact.sha256,
            Version.size_bytes,
        )
        .join(Version, of_artefact())
        .where(DecisionArtefact.decision_id == decision_id)
    )
    return sorted((dict(row) for row in rows.mappings()), key=lambda artefact: artefact["path"])


def of_artefact() -> ColumnElement[bool]:
    return and_(
        Version.document_id == DecisionArtefact.document_id,
        Version.number == DecisionArtefact.version,
    )


async def entry_of(db: AsyncSession, decision: Decision) -> dict[str, Any]:
    """The entry of the trail that the decision made, with what its hash covers.

    Its details are left out: they hold the address that the person decided from.
    """
    entry = await db.scalar(
        select(AuditEntry)
        .where(AuditEntry.subject_id == decision.id)
        .order_by(AuditEntry.sequence)
        .limit(1)
    )
    if entry is None:
        raise NotInTrail(
            "This decision is older than the audit trail, so it has no place in it to prove."
        )
    columns = {name: chain.spelled(getattr(entry, name)) for name in chain.HASHED}
    return {**columns, "previous_hash": entry.previous_hash, "hash": entry.hash}


def markdown_of(contents: dict[str, Any], fingerprint: str) -> str:
    """The same for people. Names and reasons stay text, whatever Markdown or HTML they hold."""
    return "\n".join(lines_of(contents, fingerprint)) + "\n"


def lines_of(contents: dict[str, Any], fingerprint: str) -> Iterator[str]:
    decision, submission, entry = contents["decision"], contents["submission"], contents["entry"]
    project = contents["project"]
    verb = decision["verdict"].capitalize()
    settles = decision.get("settles", True)
    title = verb if settles else "One approval of several"
    yield f"# {title}: {shown(contents['stage']['title'])}"
    yield ""
    yield f"- Decision: {verb.lower()} by {deciding(decision)}"
    yield f"- Decided at: {decision['decided_at']}"
    if not settles:
        yield "- It alone did not close the submission: the gate asked for more approvals."
    for other in contents.get("approvals", []):
        yield f"- Approved before by {deciding(other)} at {other['decided_at']}"
    yield f"- Submission: {submission['number']}, by {named(submission['submitted_by'])}"
    yield f"- Submitted at: {submission['submitted_at']}"
    yield f"- Project: {shown(project['name'])} ({shown(project['key'])})"
    yield f"- Service and client: {shown(project['service'])}, {shown(project['client'])}"
    yield f"- Gate: {shown(contents['gate']['reason'])}"
    yield ""
    yield from passage("Reason", decision["reason"])
    yield from checklist_of(decision)
    yield from passage("Note of the submission", submission["note"])
    yield "## Texts that were decided"
    yield ""
    for artefact in contents["artefacts"]:
        yield f"- {shown(artefact['path'])}"
        yield f"  - version {artefact['version']}, {artefact['size_bytes']} bytes"
        yield f"  - SHA-256 `{artefact['sha256']}`"
    if not contents["artefacts"]:
        yield "The decision is not about a text."
    yield ""
    yield "## Place in the audit trail"
    yield ""
    yield f"- Entry {entry['sequence']}, {shown(entry['action'])}, {entry['at']}"
    yield f"- Head: `{entry['sequence']}:{entry['hash']}`"
    yield f"- Key of the installation: `{fingerprint}`"
    yield ""
    yield "`agentlab audit verify PROOF --key FINGERPRINT` checks this proof anywhere, offline."
    yield "`agentlab audit verify --expect-head HEAD` checks that the trail still has the entry."


def deciding(decision: dict[str, Any]) -> str:
    by, reviewer = named(decision["decided_by"]), decision.get("deputy_of")
    return f"{by}, in place of {named(reviewer)}" if reviewer else by


def checklist_of(decision: dict[str, Any]) -> Iterator[str]:
    items = decision.get("checklist", [])
    if not items:
        return
    yield "## Checklist"
    yield ""
    for item in items:
        yield f"- {ANSWERS[item['answer']]}: {shown(item['text'])}"
    yield ""


def named(someone: dict[str, Any]) -> str:
    return shown(someone["name"]) if someone["name"] else "an erased person"


def passage(title: str, text: str) -> Iterator[str]:
    if not text:
        return
    yield f"## {title}"
    yield ""
    for line in text.splitlines():
        yield f"> {shown(line)}".rstrip()
    yield ""


SPECIAL = frozenset("\\`*_{}[]<>()#+-.!|&~:@")
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def shown(text: str) -> str:
    """On one line: Markdown and HTML as text, and what cannot be seen spelled out."""
    return "".join(map(spelled_out, text))


def spelled_out(character: str) -> str:
    if unicodedata.category(character) in HIDDEN:
        return f"⟨U+{ord(character):04X}⟩"
    return f"\\{character}" if character in SPECIAL else character
