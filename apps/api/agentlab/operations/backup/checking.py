"""Verifying, and proving if that is wanted, a backup that somebody names."""

from pathlib import Path

from agentlab.operations.backup import keys, proving, service, verifying
from agentlab.operations.backup.bundle import Bundle
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.shelf import Report, Shelf


def check(
    place: Place,
    named: str,
    watch: service.Watch,
    *,
    key: Path | None = None,
    prove: bool = False,
) -> Bundle:
    """`named` is a bundle on the shelf, `latest`, or a file anywhere.

    Without a proof it needs no lock, so that a backup may run meanwhile.
    """
    shelf = Shelf(place.folder)
    file = Path(named) if "/" in named else shelf.find(named).file
    report = Report.nowhere(watch.told, watch.is_stopped)
    with service.explained(shelf):
        opened = verifying.verify(place, file, report, key=key)
    if prove:
        with service.run_on(shelf, watch) as held:
            proving.prove(place, file, held, identities=keys.read(key or place.key))
    return opened
