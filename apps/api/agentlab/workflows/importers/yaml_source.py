"""YAML written by strangers, read into plain JSON values with the line of each.

Parser events are taken one by one instead of ruamel's own objects: no tag is ever constructed,
nothing recurses, and what aliases add to size and depth is counted as it happens.
"""

import math
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from agentlab.workflows.importers.storable import storable
from agentlab.workspaces.notices import Clause

MAX_BYTES = 256 * 1024
MAX_DEPTH = 40
MAX_VALUES = 50_000
CHARACTERS_OF_A_VALUE = 100
"""A longer text counts as several values, so that aliases cannot repeat it without end."""

INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")
WORDS: Mapping[str, JsonValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

Path = tuple[str | int, ...]

NOT_YAML = Clause("not_yaml", "it is not YAML")
FORBIDDEN_CHARACTERS = Clause(
    "forbidden_characters", "it holds characters that YAML does not allow"
)
NO_MAPPING = Clause("no_mapping", "it is not a mapping")
NO_STEPS = Clause("no_steps", "it has no steps")
KEY_IS_PLACEHOLDER = Clause(
    "key_is_placeholder", "a key has to be plain text; put quotes around {{…}}"
)


def no_list_at_top(key: str) -> Clause:
    return Clause("no_list_at_top", f"it has no list `{key}` at the top", {"key": key})


def parser_says(problem: str | None) -> Clause:
    """What is wrong in the words of the parser, which has them in English only."""
    return Clause("parser_says", problem, {"problem": problem}) if problem else NOT_YAML


def too_deep(limit: int) -> Clause:
    return Clause("too_deep", f"it is nested deeper than {limit} levels", {"limit": limit})


def too_many_values(limit: int) -> Clause:
    return Clause("too_many_values", f"it holds more than {limit:,} values", {"limit": limit})


class BrokenYaml(Exception):
    """The text cannot be read. `reason` is a clause; `line` counts from 1."""

    def __init__(self, reason: Clause, line: int | None = None) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class YamlSource:
    """`value` is what the first document says. `oddities` are clauses with their lines."""

    value: JsonValue
    lines: Mapping[Hashable, int]
    oddities: tuple[tuple[int, Clause], ...]

    def line(self, *path: str | int) -> int | None:
        """The line of the value that keys and indexes lead to, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(data: bytes) -> YamlSource:
    """Parse the first document of `data`. Raises `BrokenYaml`, and nothing else, whatever it is.

    Of keys given twice the last counts. Values are resolved as in YAML 1.2, except that numbers
    JSON has no way to write stay text.
    """
    if len(data) > MAX_BYTES:
        english = f"it has {len(data):,} bytes and the limit is {MAX_BYTES:,}"
        raise BrokenYaml(Clause("too_large", english, {"size": len(data), "limit": MAX_BYTES}))
    reader = _Reader()
    try:
        for event in YAML(typ="safe", pure=True).parse(_decoded(data)):
            reader.take(event)
            if reader.is_done:
                break
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context
        raise BrokenYaml(parser_says(reason), mark.line + 1 if mark else None) from error
    except YAMLError as error:
        raise BrokenYaml(FORBIDDEN_CHARACTERS) from error
    except (ValueError, IndexError, AttributeError, TypeError, AssertionError) as error:
        # The parser answers some malformed input with these instead of its own errors.
        raise BrokenYaml(NOT_YAML) from error
    return YamlSource(reader.value, reader.lines, tuple(reader.oddities))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenYaml(Clause("not_utf8", "it is not UTF-8"), line) from error


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    value: dict[str, JsonValue] | list[JsonValue]
    path: Path
    anchor: str | None
    started_at: int
    key: str | None = None
    height: int = 1
    """Of the nesting from here down, with what its aliases stand for."""


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for, with how many values it holds and how deep they are nested."""

    value: JsonValue
    size: int
    height: int


@dataclass(slots=True)
class _Reader:
    value: JsonValue = None
    is_done: bool = False
    lines: dict[Hashable, int] = field(default_factory=dict)
    oddities: list[tuple[int, Clause]] = field(default_factory=list)
    _stack: list[_Open] = field(default_factory=list)
    _anchors: dict[str, _Anchored] = field(default_factory=dict)
    _count: int = 0

    # The event classes carry no types; their names are the documented ones of the YAML spec.
    def take(self, event: Any) -> None:  # noqa: ANN401
        line = event.start_mark.line + 1
        match type(event).__name__:
            case "ScalarEvent":
                self._scalar(event, line)
            case "AliasEvent":
                self._alias(event.anchor, line)
            case "MappingStartEvent":
                self._open({}, event.anchor, line)
            case "SequenceStartEvent":
                self._open([], event.anchor, line)
            case "MappingEndEvent" | "SequenceEndEvent":
                self._close()
            case "DocumentEndEvent":
                self.is_done = True
            case _:
                pass

    def _scalar(self, event: Any, line: int) -> None:  # noqa: ANN401
        is_plain = not event.style and event.tag is None
        text = storable(event.value)
        if self._expects_key():
            self._name(text, line)
        else:
            size = _size_of(text)
            self._grow(size, line)
            value = _resolved(text) if is_plain else text
            self._put(value, line)
            self._remember(event.anchor, _Anchored(value, size, 0))

    def _alias(self, anchor: str, line: int) -> None:
        if anchor not in self._anchors:
            english = f"the alias *{anchor} stands for nothing before it"
            raise BrokenYaml(Clause("unknown_alias", english, {"alias": anchor}), line)
        anchored = self._anchors[anchor]
        if self._expects_key():
            raise BrokenYaml(Clause("key_not_text", "a key has to be plain text"), line)
        self._need_shallow(anchored.height, line)
        self._grow(anchored.size, line)
        self._put(anchored.value, line)
        self._reach(anchored.height)

    def _open(
        self, value: dict[str, JsonValue] | list[JsonValue], anchor: str | None, line: int
    ) -> None:
        if self._expects_key():
            raise BrokenYaml(KEY_IS_PLACEHOLDER, line)
        self._need_shallow(1, line)
        path = self._put(value, line)
        self._stack.append(_Open(value, path, anchor, self._count))
        self._grow(1, line)

    def _close(self) -> None:
        closed = self._stack.pop()
        self._reach(closed.height)
        size = self._count - closed.started_at
        self._remember(closed.anchor, _Anchored(closed.value, size, closed.height))

    def _remember(self, anchor: str | None, anchored: _Anchored) -> None:
        if anchor is not None:
            self._anchors[anchor] = anchored

    def _reach(self, height: int) -> None:
        """What is open holds something of this height."""
        if self._stack:
            parent = self._stack[-1]
            parent.height = max(parent.height, height + 1)

    def _need_shallow(self, height: int, line: int) -> None:
        if len(self._stack) + height > MAX_DEPTH:
            raise BrokenYaml(too_deep(MAX_DEPTH), line)

    def _grow(self, by: int, line: int) -> None:
        self._count += by
        if self._count > MAX_VALUES:
            raise BrokenYaml(too_many_values(MAX_VALUES), line)

    def _expects_key(self) -> bool:
        return (
            bool(self._stack)
            and isinstance(self._stack[-1].value, dict)
            and self._stack[-1].key is None
        )

    def _name(self, key: str, line: int) -> None:
        parent = self._stack[-1]
        self._grow(_size_of(key) - 1, line)
        if key in parent.value:
            english = f"`{key}` is given twice; the last one counts"
            self.oddities.append((line, Clause("given_twice", english, {"key": key})))
        parent.key = key
        self.lines[*parent.path, key] = line

    def _put(self, value: JsonValue, line: int) -> Path:
        """Set the value where it belongs; answers with the way to it."""
        path: Path = ()
        if self._stack:
            parent = self._stack[-1]
            path = (*parent.path, _place(parent))
            _set(parent, value)
        else:
            self.value = value
        # A value that has a name is where its name stands.
        self.lines.setdefault(path, line)
        return path


def _size_of(text: str) -> int:
    return 1 + len(text) // CHARACTERS_OF_A_VALUE


def _place(parent: _Open) -> str | int:
    return len(parent.value) if parent.key is None else parent.key


def _set(parent: _Open, value: JsonValue) -> None:
    if isinstance(parent.value, list):
        parent.value.append(value)
    elif parent.key is not None:
        parent.value[parent.key] = value
        parent.key = None


def _resolved(text: str) -> JsonValue:
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
