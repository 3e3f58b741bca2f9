"""The user that the embedded services run as: the caller or, for root, an unprivileged one."""

import os
import pwd
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from agentlab.errors import Unavailable

NAME = "agentlab"
_acting = threading.RLock()
"""Two threads at once would each give back what the other had set."""


class AccountMissing(Unavailable):
    code = "account_missing"


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    switched: bool
    """True when this is not the caller: the caller is root and drops to this user."""

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Touch files as this user, so that they belong to it and no link leads root astray.

        Holds for the whole process, all threads included: only for use before anything is served.
        """
        if not self.switched:
            yield
            return
        with _acting:
            groups, gid, uid = os.getgroups(), os.getegid(), os.geteuid()
            os.setgroups([self.gid])
            os.setegid(self.gid)
            os.seteuid(self.uid)
            try:
                yield
            finally:
                os.seteuid(uid)
                os.setegid(gid)
                os.setgroups(groups)

    def start(
        self, command: list[str], *, output: int, env: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.Popen[bytes]:
        """Start a program as this user, in a session of its own that no Ctrl-C reaches.

        Its environment is bare but for `env`: `PGPORT`, `PGOPTIONS` or `LANG` of the caller must
        not steer it.
        """
        return subprocess.Popen(  # noqa: S603 - our own programs, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **env},
            start_new_session=True,
            user=self.uid if self.switched else None,
            group=self.gid if self.switched else None,
            extra_groups=[] if self.switched else None,
        )


def for_services() -> Account:
    """The caller; for root the system user `agentlab`, created when it is missing."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switched=False)
    entry = _find() or _create()
    return Account(entry.pw_uid, entry.pw_gid, switched=True)


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run(  # noqa: S603 - a constant command
            [useradd, *options, "--shell", "/usr/sbin/nologin", NAME],
            check=False,  # two starts at once: one of them finds the user made
            capture_output=True,
        )
    entry = _find()
    if entry is None:
        raise AccountMissing(
            f"PostgreSQL refuses to run as root, and the system user `{NAME}` could not be "
            "created. Create it, or start AgentLab as a normal user."
        )
    return entry
