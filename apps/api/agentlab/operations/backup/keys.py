"""The key of the backups: an age identity, made once, and what opens a bundle without it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity, Recipient

from agentlab.errors import InvalidInput, NotFound
from agentlab.kit import clock

SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - what the line of a key begins with


class KeyUnusable(InvalidInput):
    code = "backup_key_unusable"


class KeyMissing(NotFound):
    code = "backup_key_missing"


def new() -> str:
    """The text of a new key file, as `age-keygen` writes it."""
    identity = Identity.generate()
    return (
        f"# created: {clock.now().isoformat(timespec='seconds')}\n"
        f"# public key: {identity.to_public()}\n"
        f"{identity}\n"
    )


def ensure(file: Path) -> None:
    """Make the key if there is none. Of two who do so at once, one wins and both have it."""
    if file.exists():
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(new())
            stream.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(fresh, file)
    finally:
        fresh.unlink()


def read(file: Path) -> list[Identity]:
    """The identities in a key file: ours, or one that `age-keygen` made."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise KeyMissing(
            f"There is no key at {file}. Name the file that `agentlab backup export-key` wrote "
            "with --key; without its key nobody can open a backup."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise KeyUnusable(f"The key {file} cannot be read: {reason}.") from error
    return parse(text, str(file))


def parse(text: str, source: str) -> list[Identity]:
    """The identities in a text; `source` names it where it holds none."""
    try:
        found = [Identity.from_str(line) for line in secret_lines(text)]
    except pyrage.IdentityError as error:
        raise KeyUnusable(
            f"{source} holds no whole key ({error}). A key is one line that begins with "
            f"{SECRET}1; compare it with your other copy."
        ) from error
    if not found:
        raise KeyUnusable(
            f"{source} holds no key: no line of it begins with {SECRET}1. Name the file that "
            "`agentlab backup export-key` wrote."
        )
    return found


def secret_lines(text: str) -> Iterator[str]:
    """The lines with keys, also when somebody has pasted them with spaces around or in lower case.

    Other lines, the words about custody and comments, are none.
    """
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.upper().startswith(SECRET):
            yield stripped.upper()


def recipients(identities: Iterable[Identity], further: Iterable[str] = ()) -> list[Recipient]:
    """Whom a bundle is encrypted to: the key's own public half, and people's."""
    return [*(identity.to_public() for identity in identities), *map(recipient, further)]


def recipient(spelled: str) -> Recipient:
    try:
        return Recipient.from_str(spelled)
    except pyrage.RecipientError as error:
        raise KeyUnusable(
            f"{spelled} is no age recipient ({error}). One begins with age1; `age-keygen -y KEY` "
            "prints that of a key."
        ) from error
