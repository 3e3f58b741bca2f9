"""Deleting for good: every row below a client, a service or a project. The audit trail stays."""

from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.portfolio.levels.deletion import CLIENTS, PROJECTS, SERVICES, Level

CLIENT, SERVICE, PROJECT = "= ANY(:clients)", "= ANY(:services)", "= ANY(:projects)"


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
    ("decisions", f"submission_id {SUBMISSION}"),
    ("withdrawals", f"submission_id {SUBMISSION}"),
    ("submission_artefacts", f"submission_id {SUBMISSION}"),
    ("submissions", f"gate_id {GATE}"),
    ("gates", f"stage_id {STAGE}"),
    ("stage_transitions", f"stage_id {STAGE}"),
    ("stage_artefacts", f"stage_id {STAGE}"),
    ("stages", f"workflow_id {WORKFLOW}"),
    ("workflows", f"project_id {PROJECT}"),
    ("versions", f"document_id {DOCUMENT}"),
    ("documents", f"project_id {PROJECT}"),
    ("workspaces", f"project_id {PROJECT}"),
    ("imports", f"project_id {PROJECT}"),
    ("standings", f"project_id {PROJECT}"),
    ("api_tokens", f"project_id {PROJECT}"),
    ("application_projects", f"project_id {PROJECT}"),
    ("contact_links", f"project_id {PROJECT} OR service_id {SERVICE}"),
    ("service_categories", f"service_id {SERVICE}"),
    ("client_assignments", f"client_id {CLIENT}"),
    ("contacts", f"client_id {CLIENT}"),
    ("applications", f"client_id {CLIENT}"),
    (
        "portfolio_transitions",
        f"subject_id {CLIENT} OR subject_id {SERVICE} OR subject_id {PROJECT}",
    ),
    ("projects", f"id {PROJECT}"),
    ("services", f"id {SERVICE}"),
    ("clients", f"id {CLIENT}"),
)
"""The rows of each table; those that refer to others come first."""

# A template is shared by all projects that run through it, and goes with the last one.
UNUSED_TEMPLATES = text(
    "DELETE FROM templates t WHERE t.id = ANY(:templates) "
    "AND NOT EXISTS (SELECT 1 FROM workflows w WHERE w.template_id = t.id)"
).bindparams(bindparam("templates", type_=ARRAY(Uuid)))
TEMPLATES = f"SELECT DISTINCT template_id FROM workflows WHERE project_id {PROJECT}"  # noqa: S608 - texts of our own


async def delete_all_of(db: AsyncSession, level: Level, id_: UUID) -> None:
    """Its row is locked; whoever adds to one of its projects meanwhile is too late."""
    await db.flush()
    gone = {
        "clients": await ids(db, CLIENTS[level], id=id_),
        "services": await ids(db, f"{SERVICES[level]} FOR UPDATE", id=id_),
        "projects": await ids(db, f"{PROJECTS[level]} FOR UPDATE", id=id_),
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
