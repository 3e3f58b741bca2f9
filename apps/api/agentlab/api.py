"""The REST API's table of contents."""

from fastapi import APIRouter

from agentlab.access_tokens.routes import router as access_tokens
from agentlab.activity.routes import router as activity
from agentlab.analytics.routes import router as analytics
from agentlab.api_tokens.routes import router as api_tokens
from agentlab.audit.routes import router as audit
from agentlab.auth.once import answer_once
from agentlab.auth.routes import router as auth
from agentlab.changes.routes import router as changes
from agentlab.documents.routes import router as documents
from agentlab.gates.policy_routes import router as gate_policies
from agentlab.gates.proof.routes import router as proof
from agentlab.gates.routes import router as gates
from agentlab.gates.staleness.routes import router as staleness
from agentlab.gates.threads.routes import router as threads
from agentlab.imports.routes import router as imports
from agentlab.inbox.routes import router as inbox
from agentlab.kit.problems import EVERYWHERE
from agentlab.ledgers.routes import router as ledgers
from agentlab.operations.backup.routes import router as backups
from agentlab.operations.restore.routes import router as restore
from agentlab.people.own import router as own
from agentlab.people.routes import router as people
from agentlab.portfolio.applications.routes import router as applications
from agentlab.portfolio.bin.routes import router as bin_
from agentlab.portfolio.clients.routes import router as clients
from agentlab.portfolio.contacts.routes import router as contacts
from agentlab.portfolio.dashboard.routes import router as dashboard
from agentlab.portfolio.projects.routes import router as projects
from agentlab.portfolio.reference.routes import router as reference
from agentlab.portfolio.routes import router as portfolio
from agentlab.portfolio.services.routes import router as services
from agentlab.portfolio.spreadsheets.routes import router as spreadsheets
from agentlab.privacy.routes import router as privacy
from agentlab.sample.routes import router as sample
from agentlab.setup.routes import router as setup
from agentlab.single_sign_on.routes import router as single_sign_on
from agentlab.status_page.routes import router as status_page
from agentlab.templates.routes import router as templates
from agentlab.workflows.routes import router as workflows
from agentlab.workspaces.routes import router as workspaces

router = APIRouter(prefix="/api/v1", responses=EVERYWHERE)
for part in (
    dashboard,  # first: it is asked for most, and `/projects/bulk` is no project's id
    setup,
    auth,
    people,
    own,
    api_tokens,
    access_tokens,
    single_sign_on,
    clients,
    services,
    projects,
    portfolio,
    bin_,
    reference,
    contacts,
    applications,
    spreadsheets,
    workspaces,
    imports,
    sample,
    templates,  # `/templates/schema` is no template's id
    workflows,
    gates,
    gate_policies,
    staleness,
    threads,
    proof,
    inbox,
    ledgers,
    documents,
    activity,
    analytics,
    audit,
    backups,
    restore,
    status_page,
    privacy,
    changes,
):
    router.include_router(answer_once(part))
