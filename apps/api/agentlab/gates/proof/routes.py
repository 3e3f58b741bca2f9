from uuid import UUID

from fastapi import APIRouter, Response

from agentlab.auth.callers import Viewer
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.gates.proof.contents import NotInTrail, contents_of
from agentlab.gates.proof.keys import NoProofKey, key_of
from agentlab.gates.proof.sealing import sealed
from agentlab.kit.db import DB
from agentlab.kit.downloads import as_download
from agentlab.kit.problems import documents

router = APIRouter(tags=["gates"])


@router.get(
    "/decisions/{decision_id}/proof",
    responses=documents(NotFound, NotInTrail, NoProofKey),
    response_class=Response,
)
async def download_proof(decision_id: UUID, _: Viewer, db: DB, context: Ctx) -> Response:
    """A signed ZIP that proves a decision anywhere, offline: `agentlab audit verify PROOF`."""
    key = key_of(context.settings)
    contents = await contents_of(db, decision_id)
    return as_download(sealed(contents, key), f"decision-{decision_id}.zip")
