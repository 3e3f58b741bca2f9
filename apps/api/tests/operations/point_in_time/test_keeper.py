"""No trouble ends what keeps a server's archive. The real one is in infrastructure/testing."""

from collections.abc import Callable, Iterable
from pathlib import Path

from agentlab.errors import InvalidInput
from agentlab.operations.backup.archives import Which, read_state
from agentlab.operations.point_in_time.keeper import Keeper
from agentlab.operations.point_in_time.repository import Repository


def keeper(state: Path, open_repositories: Callable[[], Iterable[Repository]]) -> Keeper:
    async def nothing() -> None: ...

    async def last_archived() -> tuple[str | None, int]:
        return None, 0

    async def is_used() -> bool:
        return True

    return Keeper(open_repositories, last_archived, is_used, nothing, state)


async def test_a_state_that_cannot_be_written_is_written_in_a_later_round(tmp_path: Path) -> None:
    """As on a disk that is full."""
    folder = tmp_path / "backups"
    kept = keeper(folder, list)
    await kept.look()
    folder.mkdir()
    await kept.look()
    assert (folder / "point-in-time.json").exists()


async def test_settings_that_are_of_no_use_are_told_as_the_state_of_the_one_elsewhere(
    tmp_path: Path,
) -> None:
    def half_set() -> Iterable[Repository]:
        yield from ()
        raise InvalidInput("BACKUP_S3_SECRET_KEY has to be set, too.")

    await keeper(tmp_path, half_set).look()
    [state] = read_state(tmp_path)
    assert (state.which, state.failure) == (
        Which.ELSEWHERE,
        "BACKUP_S3_SECRET_KEY has to be set, too.",
    )
