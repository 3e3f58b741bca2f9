from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from agentlab.api_tokens import service
from agentlab.api_tokens.schemas import TokenIn, TokenMade, TokenOut
from agentlab.auth.callers import Person
from agentlab.errors import Forbidden, NotFound
from agentlab.kit.db import DB
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page, UnknownOrder
from agentlab.kit.problems import documents
from agentlab.kit.text import Word

router = APIRouter(tags=["tokens"])

Everybody = Annotated[
    bool, Query(alias="all", description="Everybody's instead of your own: for administrators.")
]


@router.get("/tokens", responses=documents(Forbidden, InvalidCursor, UnknownOrder))
async def list_tokens(
    *,
    person: Person,
    db: DB,
    everybody: Everybody = False,
    sort: Word | None = None,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[TokenOut]:
    """Your API tokens, newest first. Sort by `created` or `name`."""
    return await service.page(db, person, everybody=everybody, sort=sort, limit=limit, after=after)


@router.post(
    "/tokens",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        service.ScopeNotYours, NotFound, service.TooManyTokens, service.ExpiryOutOfRange
    ),
)
async def create_token(body: TokenIn, person: Person, db: DB) -> TokenMade:
    """Make an API token. It stands in this reply and nowhere else."""
    token_id, token = await service.create(db, body, by=person)
    made = await service.find(db, person, token_id)
    return TokenMade(**made.model_dump(), token=token)


@router.delete(
    "/tokens/{token_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound),
)
async def revoke_token(token_id: UUID, person: Person, db: DB) -> None:
    """Revoke a token of your own, or as an administrator anybody's. It ends at once."""
    await service.revoke(db, token_id, by=person)
