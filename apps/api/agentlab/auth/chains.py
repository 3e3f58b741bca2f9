"""Chains of refresh tokens end as a whole, also beside a refresh that adds a link.

Who adds a link or ends a chain holds the person first. Who only waited for the link that is being
used up would not see the one that comes after it, and the chain would go on.
"""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.auth.models import RefreshToken, User
from agentlab.kit.clock import now


async def hold(db: AsyncSession, user_id: UUID) -> None:
    """Until this transaction ends, nobody else adds a link to this person's chains or ends one."""
    await db.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


async def end(db: AsyncSession, user_id: UUID, family_id: UUID | None = None) -> bool:
    """End one chain of a person, or all of them. Returns whether any went on."""
    await hold(db, user_id)
    ended = update(RefreshToken).where(
        RefreshToken.user_id == user_id, RefreshToken.revoked_at.is_(None)
    )
    if family_id:
        ended = ended.where(RefreshToken.family_id == family_id)
    links = await db.scalars(ended.values(revoked_at=now()).returning(RefreshToken.id))
    return bool(links.all())
