"""`agentlab up` on a desk: the data folder and the embedded programs."""

import os
import pwd

from agentlab.operations.embedded import holder_of
from agentlab.operations.embedded.account import NAME
from agentlab.operations.embedded.folder import LOCK, PRIVATE
from agentlab.operations.embedded.programs import ProgramsMissing, installed
from agentlab.operations.host.doctor.findings import (
    Kind,
    Place,
    Table,
    Verdict,
    ok,
    problem,
    warning,
)

checks = Table()


@checks.on(Kind.DESK)
def data_folder(place: Place) -> Verdict:
    """The data folder is AgentLab's, and closed to others."""
    folder = place.settings.data_dir
    if not folder.exists():
        return ok(f"{folder} is made by the first `agentlab up`.")
    content = {each.name for each in folder.iterdir()}
    if content and LOCK not in content:
        return problem(f"{folder} holds files that are not AgentLab's.", ANOTHER)
    status = folder.stat()
    if status.st_uid not in owners():
        return problem(f"{folder} belongs to another user.", ANOTHER)
    if content and status.st_mode & 0o777 != PRIVATE:
        return warning(
            f"{folder} is open to others.", f"The next start closes it; `chmod 700 {folder}`."
        )
    holder = holder_of(folder)
    runs = f"AgentLab runs on it (process {holder.pid})" if holder else "nothing runs on it"
    return ok(f"{folder} is in order; {runs}.")


ANOTHER = "Name another folder with AGENTLAB_DATA_DIR."


def owners() -> set[int]:
    """Ourselves and, for root, the account that the services run as."""
    try:
        services = {pwd.getpwnam(NAME).pw_uid} if os.geteuid() == 0 else set()
    except KeyError:
        services = set()
    return {os.geteuid(), *services}


@checks.on(Kind.DESK)
def programs(place: Place) -> Verdict | None:
    """PostgreSQL and Valkey came with this AgentLab."""
    if place.settings.database_url and place.settings.redis_url:
        return None
    try:
        found = installed()
        missing = [each.name for each in (found.postgres, found.valkey) if not each.exists()]
    except ProgramsMissing as error:
        return problem(error.detail, "`make up` installs them.")
    if missing:
        return problem(
            f"{', '.join(missing)} is missing in {found.site}.", "`make up` installs it."
        )
    return ok("PostgreSQL and Valkey came with this AgentLab.")
