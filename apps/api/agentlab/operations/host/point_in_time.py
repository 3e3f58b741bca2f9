"""What `agentlab restore --at` does to an installation that is in use."""

from collections.abc import Callable
from pathlib import Path

from agentlab.errors import AgentLabError
from agentlab.operations.host import gate, restore_points
from agentlab.operations.host.archived import START_S, Archived, Moment, Tell
from agentlab.operations.host.compose import Compose, DockerFailed, wait_until_healthy
from agentlab.operations.host.deploy import alone, live_colour
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.maintenance import closed_for_upgrade
from agentlab.operations.host.unfinished_restore import WRITERS
from agentlab.operations.restore.journal import Entry, Step
from agentlab.operations.restore.restoring import RestoreFailed

Say = Callable[[str], None]


def restore(installation: Installation, moment: Moment, *, say: Say, tell: Tell) -> Entry:
    """Bring the database back to a moment; what became of it.

    Args:
        installation: where; it was deployed once.
        moment: of which archive.
        say: told what is being done, a sentence each.
        tell: told how far it is.

    Raises:
        RestoreFailed: the database of before is used again; the sentence says why.
    """
    with alone(installation, say):
        archived = Archived.begin(Compose(installation), moment, tell)
        say("Reading the archive, while everything still runs…")
        try:
            found = archived.prepare()
        except BaseException as error:
            archived.go_back(reason_of(error))
            raise
        if found:
            say(f"The archive has it: the last change in it is of {found['last_change_at']}.")
        with closed_for_upgrade(installation):
            exchange(archived, say)
        archived.clean()
        return archived.entry


def exchange(archived: Archived, say: Say) -> None:
    compose = archived.compose
    try:
        with archived.going_back_on_failure():
            archived.step(Step.RESTORE_POINT, lambda: take_restore_point(archived, say))
            say("Putting what was restored into its place…")
            archived.step(Step.SWAP, archived.swap)
            archived.step(Step.MIGRATE, archived.migrate)
            archived.step(Step.HEALTH, lambda: start_writers(compose))
    except BaseException as error:
        say("Going back…")
        start_writers(compose)
        raise RestoreFailed(
            f"The database was not restored; what was used before is used again. {reason_of(error)}"
        ) from error


def take_restore_point(archived: Archived, say: Say) -> None:
    """The database of now, so that one can change one's mind, if there is one that answers."""
    compose = archived.compose
    compose.run("stop", *WRITERS, timeout_s=START_S)
    try:
        compose.run("exec", "-T", "postgres", "pg_isready", "--quiet")
    except DockerFailed:
        say("PostgreSQL does not run, so there is nothing to take a restore point of.")
        return
    kept: Path = restore_points.create(compose)
    archived.note(restore_point=kept.name)
    say(f"Restore point: {kept}")


def reason_of(error: BaseException) -> str:
    return error.detail if isinstance(error, AgentLabError) else repr(error)


def start_writers(compose: Compose) -> None:
    compose.run("up", "--detach", "--no-recreate", "--no-deps", *WRITERS, timeout_s=START_S)
    wait_until_healthy([each.id for each in compose.containers(*WRITERS)], timeout_s=START_S)
    gate.wait_until_ready(compose, live_colour(compose.installation), bool)
