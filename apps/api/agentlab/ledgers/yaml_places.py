"""YAML of strangers, as its values and where each of them stands in the text.

Only parser events are taken: nothing is constructed, no alias is followed, so no text can grow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from agentlab.workflows.importers.yaml_source import (
    FORBIDDEN_CHARACTERS,
    KEY_IS_PLACEHOLDER,
    NOT_YAML,
    BrokenYaml,
    parser_says,
    too_deep,
    too_many_values,
)
from agentlab.workspaces.notices import Clause

MAX_DEPTH = 40
MAX_VALUES = 200_000
MAX_TWICE = 200

Way = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value and where it stands: `text[start:end]` is the word itself, without its quotes.

    `is_plain_word`: replacing exactly these characters replaces exactly this value.
    """

    value: str
    start: int
    end: int
    line: int
    is_plain_word: bool


@dataclass(slots=True)
class Places:
    """Every scalar value by its way; of keys given twice the last one counts."""

    values: dict[Way, Place] = field(default_factory=dict)
    keys: dict[Way, int] = field(default_factory=dict)
    """The line of each key."""
    twice: dict[Way, int] = field(default_factory=dict)
    """Keys that are given more than once, with the line of the last."""

    def below(self, *way: str | int) -> Iterator[tuple[Way, Place]]:
        """The values below `way`, in their order, with the rest of their ways."""
        length = len(way)
        for each, place in self.values.items():
            if each[:length] == way and len(each) > length:
                yield each[length:], place

    def as_values(self) -> Mapping[Way, str]:
        return {way: place.value for way, place in self.values.items()}


def places_in(text: str) -> Places:
    """The first document of `text`. Raises `BrokenYaml`, and nothing else, whatever it is."""
    reader = _Reader(text)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if type(event).__name__ == "DocumentEndEvent":
                break
            reader.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context
        raise BrokenYaml(parser_says(reason), mark.line + 1 if mark else None) from error
    except YAMLError as error:
        raise BrokenYaml(FORBIDDEN_CHARACTERS) from error
    except (ValueError, IndexError, AttributeError, TypeError, AssertionError) as error:
        # The parser answers some malformed input with these instead of its own errors.
        raise BrokenYaml(NOT_YAML) from error
    return reader.found


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    way: Way
    is_mapping: bool
    key: str | None = None
    count: int = 0


@dataclass(slots=True)
class _Reader:
    text: str
    found: Places = field(default_factory=Places)
    stack: list[_Open] = field(default_factory=list)
    count: int = 0

    # The event classes carry no types; their names are the documented ones of the YAML spec.
    def take(self, event: Any) -> None:  # noqa: ANN401
        match type(event).__name__:
            case "ScalarEvent" | "AliasEvent":
                self._value(event)
            case "MappingStartEvent" | "SequenceStartEvent":
                self._enter(event)
            case "MappingEndEvent" | "SequenceEndEvent":
                self.stack.pop()
            case _:
                pass

    def _value(self, event: Any) -> None:  # noqa: ANN401
        self.count += 1
        if self.count > MAX_VALUES:
            raise BrokenYaml(too_many_values(MAX_VALUES), event.start_mark.line + 1)
        is_alias = type(event).__name__ == "AliasEvent"
        value = f"*{event.anchor}" if is_alias else event.value
        if self.stack and self.stack[-1].is_mapping and self.stack[-1].key is None:
            self._name(value, event.start_mark.line + 1)
            return
        self.found.values[self._way()] = self._place(event, value, is_alias=is_alias)

    def _place(self, event: Any, value: str, *, is_alias: bool) -> Place:  # noqa: ANN401
        start, end = event.start_mark.index, event.end_mark.index
        if not is_alias and event.style in {"'", '"'}:
            start, end = start + 1, end - 1
        is_word = (
            not is_alias
            and event.style in {None, "", "'", '"'}
            and event.tag is None
            and event.anchor is None
            and value != ""
            and self.text[start:end] == value
        )
        return Place(value, start, end, event.start_mark.line + 1, is_word)

    def _enter(self, event: Any) -> None:  # noqa: ANN401
        line = event.start_mark.line + 1
        if self.stack and self.stack[-1].is_mapping and self.stack[-1].key is None:
            raise BrokenYaml(KEY_IS_PLACEHOLDER, line)
        if len(self.stack) >= MAX_DEPTH:
            raise BrokenYaml(too_deep(MAX_DEPTH), line)
        way = self._way()
        self.stack.append(_Open(way, type(event).__name__ == "MappingStartEvent"))

    def _name(self, key: str, line: int) -> None:
        parent = self.stack[-1]
        parent.key = key
        way = (*parent.way, key)
        if way in self.found.keys:
            self.found.twice[way] = line
            if len(self.found.twice) > MAX_TWICE:
                english = f"more than {MAX_TWICE} keys are given twice"
                clause = Clause("too_many_twice", english, {"limit": MAX_TWICE})
                raise BrokenYaml(clause, line)
            self._forget(way)
        self.found.keys[way] = line

    def _forget(self, way: Way) -> None:
        """What the first of two keys said no longer counts, whatever it led to."""
        if self.found.values.pop(way, None) is None:
            for each in [each for each in self.found.values if each[: len(way)] == way]:
                del self.found.values[each]

    def _way(self) -> Way:
        if not self.stack:
            return ()
        parent = self.stack[-1]
        if parent.is_mapping:
            key, parent.key = parent.key, None
            return (*parent.way, str(key))
        parent.count += 1
        return (*parent.way, parent.count - 1)
