"""The database's part of a restore on a server, in its backup container.

The host does the rest between the steps: files, secrets, and what runs; see
`operations/host/restoring.py`.
"""

from dataclasses import dataclass
from functools import cached_property

from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import Report
from agentlab.operations.restore.databases import Databases
from agentlab.operations.restore.journal import Journal
from agentlab.operations.restore.restore_points import restore_point
from agentlab.operations.restore.restoring import Source
from agentlab.operations.restore.swapped import Swapped


@dataclass(frozen=True)
class Server:
    place: Place

    @property
    def swapped(self) -> tuple[Swapped, ...]:
        return ()

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.place.folder)

    @cached_property
    def databases(self) -> Databases:
        return Databases(self.place.database_url)

    def restore_point(self, report: Report) -> str | None:
        return restore_point(self.place, report)

    def stage(self, source: Source) -> None:
        """The host does that."""

    def check_health(self) -> None:
        """The host does that."""
