"""The REST API's table of contents."""

from fastapi import APIRouter

from agentlab.auth.routes import router as auth
from agentlab.changes.routes import router as changes
from agentlab.documents.routes import router as documents
from agentlab.gates.routes import router as gates
from agentlab.imports.routes import router as imports
from agentlab.kit.problems import EVERYWHERE
from agentlab.portfolio.applications.routes import router as applications
from agentlab.portfolio.bin.routes import router as bin_
from agentlab.portfolio.clients.routes import router as clients
from agentlab.portfolio.contacts.routes import router as contacts
from agentlab.portfolio.dashboard.routes import router as dashboard
from agentlab.portfolio.projects.routes import router as projects
from agentlab.portfolio.reference.routes import router as reference
from agentlab.portfolio.routes import router as portfolio
from agentlab.portfolio.services.routes import router as services
from agentlab.sample.routes import router as sample
from agentlab.workflows.routes import router as workflows
from agentlab.workspaces.routes import router as workspaces

router = APIRouter(prefix="/api/v1", responses=EVERYWHERE)
for part in (
    auth,
    dashboard,  # before the others: `/projects/bulk` is no project's id
    clients,
    services,
    projects,
    portfolio,
    bin_,
    reference,
    contacts,
    applications,
    workspaces,
    imports,
    sample,
    workflows,
    gates,
    documents,
    changes,
):
    router.include_router(part)
