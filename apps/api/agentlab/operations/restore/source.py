"""A bundle and the key that opens it, as a restore uses them."""

import io
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pyrage.x25519 import Identity

from agentlab.errors import Unavailable
from agentlab.kit.pipes import written_by
from agentlab.operations.backup import bundle as bundles
from agentlab.operations.backup import keys, programs
from agentlab.operations.backup.bundle import Bundle
from agentlab.operations.backup.place import DATABASE, FILES, ROLES, Place
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.restore import comparing, compatibility, roles
from agentlab.operations.restore.databases import Databases

OnBytes = Callable[[int], None]


class PartUnusable(Unavailable):
    code = "restore_part_unusable"


@dataclass(frozen=True)
class Opened:
    """A bundle that a key opens."""

    bundle: Bundle
    identities: Sequence[Identity]

    @property
    def name(self) -> str:
        return self.bundle.file.name

    @property
    def bundle_id(self) -> str:
        return self.bundle.manifest.bundle_id

    def extract(self, part: str, folder: Path) -> None:
        """Unpack a part's files into an empty folder."""
        try:
            with self.reading(part) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
                archive.extractall(folder, filter="data")
        except tarfile.TarError as error:
            raise PartUnusable(
                f"The part {part} of {self.name} cannot be unpacked: {error}. Use another backup."
            ) from error

    def unseal(
        self, part: str, target: bundles.Writable, watch: bundles.Watch = lambda _: None
    ) -> None:
        bundles.unseal(self.bundle, part, self.identities, target, watch)

    def reading(self, part: str) -> AbstractContextManager[BinaryIO]:
        """A part's plain bytes as a stream, decrypted in a thread of its own."""
        return written_by(lambda pipe: self.unseal(part, pipe))


@dataclass(frozen=True)
class Source(Opened):
    """The same where it will be restored."""

    place: Place

    @property
    def total_bytes(self) -> int:
        return self.bundle.size

    def check(self, on_bytes: OnBytes) -> None:
        """Raise unless every byte is as it was written, the key fits, and it can live here."""
        manifest, databases = self.bundle.manifest, Databases(self.place.database_url)
        compatibility.check_manifest(manifest, server_major=databases.server_major())
        compatibility.check_room(
            manifest, database=databases.folder(), files=self.place.parts[FILES].root
        )
        check_key(self.bundle, self.identities)
        bundles.check(self.bundle, summed(on_bytes))

    def load(self, url: str, on_bytes: OnBytes) -> None:
        """Fill the empty database at `url`, as a superuser: owners and rights come along."""
        dumped = io.BytesIO()
        self.unseal(ROLES, dumped)
        roles.add_missing(url, dumped.getvalue().decode())
        with loading_into(url, self.place) as loading:
            self.unseal(DATABASE, loading, summed(on_bytes))

    def compare(self, url: str) -> None:
        """Raise unless the database holds what the manifest says."""
        comparing.need_same(url, self.bundle.manifest, self.name)


@contextmanager
def loading_into(url: str, place: Place) -> Iterator[programs.Stdin]:
    """What takes a dump into the empty database at `url`, as a superuser."""
    # It is flushed at the latest when the databases change places.
    env = programs.environment(url) | {"PGOPTIONS": "-c synchronous_commit=off"}
    command = [
        place.program("pg_restore"),
        "--exit-on-error",
        "--no-password",
        f"--dbname={env['PGDATABASE']}",
    ]
    with programs.running(command, env=env, reads=True) as process:
        yield programs.Stdin(process)


def find(place: Place, wanted: str, identities: Sequence[Identity] | None) -> Source:
    """A bundle by its file, its name on the shelf, or as `latest`, with the keys that may open it.

    Args:
        place: where it will be restored.
        wanted: what a person named.
        identities: their keys; None for that of the place.

    Raises:
        AgentLabError: there is none, it is damaged at first sight, or no key fits.
    """
    file = file_named(wanted) or Shelf(place.folder).find(Path(wanted).name).file
    found = opened(file, identities or keys.read(place.key))
    return Source(found.bundle, found.identities, place)


def first_look(wanted: str, identities: Sequence[Identity] | None) -> None:
    """What can be refused before anything is started; the rest is looked at later."""
    file = file_named(wanted)
    if file and identities:
        check_key(bundles.read(file), identities)


def file_named(wanted: str) -> Path | None:
    return Path(wanted).absolute() if wanted != "latest" and Path(wanted).is_file() else None


def opened(file: Path, identities: Sequence[Identity]) -> Opened:
    bundle = bundles.read(file)
    check_key(bundle, identities)
    return Opened(bundle, identities)


def check_key(bundle: Bundle, identities: Sequence[Identity]) -> None:
    bundles.unseal(bundle, ROLES, identities, io.BytesIO(), lambda _: None)


def summed(on_bytes: OnBytes) -> bundles.Watch:
    """From how many bytes more to how many bytes in all."""
    done = 0

    def watch(more: int) -> None:
        nonlocal done
        done += more
        on_bytes(done)

    return watch
