"""The REST API's table of contents."""

from fastapi import APIRouter

from agentlab.access_tokens.routes import router as access_tokens
from agentlab.api_tokens.routes import router as api_tokens
from agentlab.auth.once import answer_once
from agentlab.auth.routes import router as auth
from agentlab.changes.routes import router as changes
from agentlab.documents.routes import router as documents
from agentlab.gates.routes import router as gates
from agentlab.imports.routes import router as imports
from agentlab.kit.problems import EVERYWHERE
from agentlab.portfolio.routes import router as portfolio
from agentlab.sample.routes import router as sample
from agentlab.single_sign_on.routes import router as single_sign_on
from agentlab.workflows.routes import router as workflows
from agentlab.workspaces.routes import router as workspaces

router = APIRouter(prefix="/api/v1", responses=EVERYWHERE)
for part in (
    auth,
    api_tokens,
    access_tokens,
    single_sign_on,
    portfolio,
    workspaces,
    imports,
    sample,
    workflows,
    gates,
    documents,
    changes,
):
    router.include_router(answer_once(part))
