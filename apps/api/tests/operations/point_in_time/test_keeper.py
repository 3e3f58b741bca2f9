"""The keeper of a server, where its settings cannot be used."""

from pathlib import Path

from agentlab.errors import InvalidInput
from agentlab.operations.backup.archives import Which, read_state
from agentlab.operations.point_in_time.keeper import Keeper
from agentlab.operations.point_in_time.repository import Repository


async def test_a_storage_whose_settings_cannot_be_used_is_told(tmp_path: Path) -> None:
    def refuse() -> list[Repository]:
        raise InvalidInput("BACKUP_S3_BUCKET is not set.")

    async def nothing() -> None: ...

    async def used() -> bool:
        return True

    async def last() -> tuple[str | None, int]:
        return None, 0

    await Keeper(refuse, last, used, nothing, tmp_path).look()
    [elsewhere] = read_state(tmp_path)
    assert elsewhere.which is Which.ELSEWHERE
    assert elsewhere.failure == "BACKUP_S3_BUCKET is not set."
