"""Replacing one word of a ledger: its own characters and nothing else, proven by reading again."""

from collections.abc import Mapping

from agentlab.errors import Conflict
from agentlab.ledgers.markdown_places import Markdown
from agentlab.ledgers.readers.sprint_status import STATUSES
from agentlab.ledgers.statuses import Ledger
from agentlab.ledgers.yaml_places import Place, Way, places_in
from agentlab.workflows.importers.yaml_source import BrokenYaml
from agentlab.workspaces.notices import shown


class NotEditable(Conflict):
    code = "not_editable"


def replaced(data: bytes, *, path: str, ledger: Ledger, key: str, before: str, after: str) -> bytes:
    """`data` with the status of `key` changed from `before` to `after`, every other byte kept.

    Raises `NotEditable` where that word is not there, or cannot be replaced by itself.
    """
    text = decoded(data, path)
    place = find(text, ledger, key)
    if place is None or place.value != before or not place.is_plain_word:
        raise NotEditable(
            f"The status of {shown(key)} in {shown(path)} is not a word that can be replaced by "
            "itself. Change it in the file, then scan the folder again."
        )
    edited = text[: place.start] + after + text[place.end :]
    need_only_this_changed(text, edited, path=path, ledger=ledger, key=key, after=after)
    return edited.encode()


def says(data: bytes, *, ledger: Ledger, key: str) -> str | None:
    """The status of `key`; None where `data` has none that could be replaced."""
    try:
        place = find(decoded(data, ""), ledger, key)
    except NotEditable:
        return None
    return place.value if place else None


def decoded(data: bytes, path: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise NotEditable(f"{shown(path)} is not UTF-8, so nothing was changed.") from error


def find(text: str, ledger: Ledger, key: str) -> Place | None:
    """Where `ledger` says the status of `key`; None where people alone may change it."""
    match ledger:
        case Ledger.SPRINT_STATUS:
            return in_sprint_status(text, key)
        case Ledger.STORY_FILE | Ledger.SPEC:
            found = Markdown(text)
            place = found.story_status() if ledger is Ledger.STORY_FILE else found.front_status()
            is_theirs = place is not None and found.is_protected(place.start, place.end)
            return None if is_theirs else place
        case _:
            return None


def in_sprint_status(text: str, key: str) -> Place | None:
    try:
        places = places_in(text)
    except BrokenYaml:
        return None
    way = (STATUSES, key)
    return None if way in places.twice else places.values.get(way)


def need_only_this_changed(
    text: str, edited: str, *, path: str, ledger: Ledger, key: str, after: str
) -> None:
    """Read both again: they have to say the same but for this one status."""
    place = find(edited, ledger, key)
    others_before, others_after = (others(each, ledger, key) for each in (text, edited))
    if place is None or place.value != after or others_before != others_after:
        raise NotEditable(
            f"Changing the status of {shown(key)} in {shown(path)} would change more than that. "
            "Change it in the file, then scan the folder again."
        )


def others(text: str, ledger: Ledger, key: str) -> Mapping[Way, str]:
    """Everything else that the file says as values."""
    if ledger is Ledger.SPRINT_STATUS:
        values = places_in(text).as_values()
        return {way: value for way, value in values.items() if way != (STATUSES, key)}
    values = Markdown(text).front_places.as_values()
    return {way: value for way, value in values.items() if way != ("status",)}
