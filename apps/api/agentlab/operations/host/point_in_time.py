"""The database of an installation as it was at a moment: what `agentlab restore --at` does.

Until the last step everything can be taken back: the files of before lie beside those that were
restored, and are used again when anything fails. See `operations/point_in_time`.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from agentlab.errors import AgentLabError
from agentlab.operations.host import gate, restore_points
from agentlab.operations.host.compose import Compose, DockerFailed, wait_until_healthy
from agentlab.operations.host.deploy import MIGRATE_S, alone, live_colour
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.maintenance import closed_for_upgrade
from agentlab.operations.host.rotation import ROLES, Containers, scram_verifier
from agentlab.operations.host.unfinished_restore import WRITERS
from agentlab.operations.restore.restoring import RestoreFailed

RESTORE_S = 6 * 3600
START_S = 600

Say = Callable[[str], None]


def restore(installation: Installation, at: datetime | None, *, source: str, say: Say) -> None:
    """Bring the database back to `at`, or to the last moment that was archived.

    Args:
        installation: where; it was deployed once.
        at: the moment, with its time zone; None for the last one.
        source: the repository, `local` or `elsewhere`.
        say: told what is being done, a sentence each.

    Raises:
        RestoreFailed: the database of before is used again; the sentence says why.
    """
    with alone(installation, say):
        compose = Compose(installation)
        say("Reading the archive, while everything still runs…")
        try:
            found = tool(compose, "prepare", *moment(at), f"--source={source}")
        except BaseException:
            tool(compose, "undo")
            raise
        if found:
            say(f"The archive has it: the last change in it is of {found['last_change_at']}.")
        with closed_for_upgrade(installation):
            exchange(compose, at, source, say)
        tool(compose, "forget")


def exchange(compose: Compose, at: datetime | None, source: str, say: Say) -> None:
    compose.run("stop", *WRITERS, timeout_s=START_S)
    try:
        before = take_restore_point(compose, say)
        compose.run("stop", "postgres", timeout_s=START_S)
        say("Putting what was restored into its place…")
        tool(compose, "swap")
        tool(compose, "finish", f"--source={source}")
        start_database(compose)
        compose.run("run", "--rm", "-T", "--no-deps", "migrate", timeout_s=MIGRATE_S)
        note(compose, at, before)
        start_writers(compose)
    except BaseException as error:
        say("Going back…")
        compose.run("stop", "postgres", *WRITERS, timeout_s=START_S)
        tool(compose, "undo")
        start_database(compose)
        start_writers(compose)
        reason = error.detail if isinstance(error, AgentLabError) else repr(error)
        raise RestoreFailed(
            f"The database was not restored; what was used before is used again. {reason}"
        ) from error


def tool(compose: Compose, *words: str) -> dict[str, str]:
    """One step in a container that may write into the files of the database."""
    command = ("python", "-m", "agentlab.cli.point_in_time", *words)
    try:
        said = compose.run(
            *("run", "--rm", "-T", "--no-deps", "point-in-time"), *command, timeout_s=RESTORE_S
        )
    finally:
        compose.remove_leftovers("point-in-time")
    found: dict[str, str] = json.loads(said or "{}")
    return found


def note(compose: Compose, at: datetime | None, before: Path | None) -> None:
    """In the audit trail, as the owner of the database, which `migrate` is."""
    kept = (f"--restore-point={before.name}",) if before else ()
    command = ("python", "-m", "agentlab.cli.point_in_time", "note", *moment(at), *kept)
    compose.run("run", "--rm", "-T", "--no-deps", "migrate", *command, timeout_s=MIGRATE_S)


def moment(at: datetime | None) -> tuple[str, ...]:
    return (f"--at={at.isoformat()}",) if at else ()


def take_restore_point(compose: Compose, say: Say) -> Path | None:
    """The database of now, so that one can change one's mind, if there is one that answers."""
    try:
        compose.run("exec", "-T", "postgres", "pg_isready", "--quiet")
    except DockerFailed:
        say("PostgreSQL does not run, so there is nothing to take a restore point of.")
        return None
    kept = restore_points.create(compose)
    say(f"Restore point: {kept}")
    return kept


def start_database(compose: Compose) -> None:
    compose.run("up", "--detach", "--wait", "--no-recreate", "postgres", timeout_s=START_S)
    servers = Containers(compose)
    for role, secret in ROLES.items():  # as they are now, and not as they were then
        servers.change_password(role, scram_verifier(compose.installation.read_secret(secret)))


def start_writers(compose: Compose) -> None:
    compose.run("up", "--detach", "--no-recreate", "--no-deps", *WRITERS, timeout_s=START_S)
    wait_until_healthy([each.id for each in compose.containers(*WRITERS)], timeout_s=START_S)
    gate.wait_until_ready(compose, live_colour(compose.installation), bool)
