"""Where the prober finds what it reads and puts what it writes."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The folder `state` of an installation, as `operations/host/folder.py` lays it out.

    The prober's container has six of its folders, mounted under the same names; it may write to
    `status` and `prober`.
    """

    state: Path

    @property
    def site(self) -> Path:
        """What nginx serves below `/status/`."""
        return self.state / "status"

    @property
    def store(self) -> Path:
        """Not in the folder that nginx serves."""
        return self.state / "prober" / "status.db"

    @property
    def releases(self) -> Path:
        return self.state / "releases"

    @property
    def backups(self) -> Path:
        """Bundles and their records; the records alone are looked at."""
        return self.state / "backups"

    @property
    def drills(self) -> Path:
        """What `agentlab drill` reported."""
        return self.state / "drills"

    @property
    def maintenance(self) -> Path:
        """The flag that nginx takes as the sign of maintenance."""
        return self.state / "edge" / "maintenance"

    @property
    def authority(self) -> Path:
        """A copy of the local certificate authority, where there is one."""
        return self.state / "edge" / "ca.pem"
