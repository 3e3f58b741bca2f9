"""Whether a restored database holds what was backed up: by the same looks as a proof."""

from agentlab.errors import Conflict
from agentlab.operations.backup import facts, proving
from agentlab.operations.backup.bundle import Manifest
from agentlab.operations.backup.proving import Different, Findings


class NotTheSame(Conflict):
    code = "restored_not_the_same"


def need_same(url: str, manifest: Manifest, name: str) -> None:
    """Compare rows, documents and the audit trail; raise `NotTheSame` with what differs.

    `name` is what people call what was restored.

    A database of an older schema is migrated on the way, as the audit trail is walked by the rules
    of this version.
    """
    try:
        look(url, manifest)
    except Different as error:
        raise NotTheSame(
            f"What was restored is not what {name} holds: {error} Use another backup."
        ) from error


def look(url: str, manifest: Manifest) -> None:
    found = Findings()
    with facts.connected(url) as db:
        restored = facts.read(db)
        rows = proving.differing_rows(manifest.database.rows, restored.database.rows)
        if differences := list(rows):
            raise Different(f"{'; '.join(differences[:5])}.")
        proving.compare_documents(db, manifest, restored, found)
    if restored.audit != manifest.audit:
        raise Different("the audit trail ends with another entry.")
    proving.check_chain(manifest, url, found)
