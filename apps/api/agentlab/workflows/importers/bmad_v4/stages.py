"""The items of a BMAD v4 sequence, as stages."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import get_args

from pydantic import JsonValue

from agentlab.workflows.importers.bmad_v4.artefacts import Artefacts, Made, bare_name
from agentlab.workflows.importers.bmad_v4.titles import MAX_TITLE_CHARACTERS, noun, stage_title
from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    GateProposal,
    Role,
    StageDefinition,
)
from agentlab.workflows.importers.keys import stage_key
from agentlab.workflows.importers.values import as_flag, as_text, as_texts
from agentlab.workflows.importers.yaml_source import NO_MAPPING
from agentlab.workspaces.notices import Clause

ROLES: tuple[Role, ...] = get_args(Role)
TEXTS = frozenset({"step", "agent", "action", "condition", "repeats", "notes", "uses"})
LISTS = frozenset({*ROLES, "optional_steps"})
KNOWN = TEXTS | LISTS | {"optional", "routes"}

MAX_ARTEFACTS = 20_000
"""Of all stages of a sequence; `all_artifacts` stands for every file that was created before."""

ROUTING = "routing_decision"
BRANCHES = "The work goes on along one of several paths"
VALIDATES = "Everything made so far is validated here"
REVIEWS = {
    "review_draft_story": "A story is reviewed before it is built",
    "review_implementation": "An implementation is reviewed before it counts as done",
}
# The files, by their names without extension, whose content people answer for.
DECIDED_ON = re.compile(r"(?:.+-)?(?:prd|architecture|brief)|front-end-spec")


@dataclass(slots=True)
class Item:
    """One item taken apart.

    `extra` holds what the stage has no place for: `unknown` names the keys that BMAD does not
    know, `odd` those whose value is of another kind than BMAD's. `malformed` says what is wrong
    with the item as a whole.
    """

    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    optional: bool = False
    routes: dict[str, JsonValue] | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    malformed: Clause | None = None
    title: str | None = None


def read_item(value: JsonValue) -> Item:
    """Take an item apart, whatever it is; nothing of it is lost."""
    if not isinstance(value, dict):
        return Item(extra={"item": value}, malformed=NO_MAPPING)
    item = Item()
    for key, given in _unwrapped(value, item).items():
        if key not in KNOWN:
            item.unknown.append(key)
            item.extra[key] = given
        elif given is not None and not _take(item, key, given):
            item.odd.append(key)
            item.extra[key] = given
    return item


def _unwrapped(value: dict[str, JsonValue], item: Item) -> dict[str, JsonValue]:
    """The keys of an item that spells its step as a key: `- workflow_end:` instead of `step:`."""
    name, inner = next(iter(value.items()), ("", None))
    others = {key: value[key] for key in value if key != name}
    if not name or name in KNOWN or "step" in value:
        return value
    if isinstance(inner, dict) and not others:
        others = inner
    elif inner not in (None, ""):
        return value
    english = f"it has no `step`; its first key `{name}` is taken for it"
    item.malformed = Clause("first_key_is_step", english, {"key": name})
    return {"step": name, **others}


def _take(item: Item, key: str, given: JsonValue) -> bool:
    """Put a value where it belongs; False when it is of another kind than the key's."""
    if key == "optional" and (flag := as_flag(given)) is not None:
        item.optional = flag
    elif key == "routes" and isinstance(given, dict):
        item.routes = given
    elif key in TEXTS and (text := as_text(given)) is not None:
        item.texts[key] = text
    elif key in LISTS and (texts := as_texts(given)) is not None:
        item.lists[key] = texts
    else:
        return False
    return True


def stage_of(
    item: Item, position: int, *, artefacts: Artefacts, taken: Collection[str], made: Made
) -> StageDefinition:
    """The stage that an item describes; before it keys were `taken`, and files `made`."""
    texts = item.texts
    role, thing = _first_thing(item)
    step = texts.get("step") or texts.get("action")
    works_on = _artefacts(item, artefacts, made)
    return StageDefinition(
        position=position,
        key=stage_key(step or bare_name(thing), position, taken),
        title=(item.title or stage_title(step, role, thing) or f"Stage {position}")[
            :MAX_TITLE_CHARACTERS
        ],
        agent=texts.get("agent"),
        action=texts.get("action"),
        condition=texts.get("condition"),
        optional=item.optional,
        repeats=texts.get("repeats"),
        notes=texts.get("notes"),
        uses=texts.get("uses"),
        optional_steps=item.lists.get("optional_steps", ()),
        routes=item.routes,
        artefacts=works_on,
        gate=_gate(item, works_on),
        extra=item.extra,
    )


def _first_thing(item: Item) -> tuple[Role, str]:
    """What a stage without a name of its own is named after."""
    order: tuple[Role, ...] = ("creates", "updates", "validates", "requires")
    named = ((role, thing) for role in order for thing in item.lists.get(role, ()))
    return next(named, ("requires", ""))


def _artefacts(item: Item, artefacts: Artefacts, made: Made) -> tuple[ArtefactDefinition, ...]:
    uses = item.texts.get("uses")
    found = (
        definition
        for role in ROLES
        for text in item.lists.get(role, ())
        for definition in artefacts.define(role, text, uses=uses, made=made)
    )
    return tuple(islice(found, MAX_ARTEFACTS + 1))


def _gate(item: Item, works_on: Sequence[ArtefactDefinition]) -> GateProposal | None:
    if item.routes or item.texts.get("step") == ROUTING:
        return GateProposal("choice", BRANCHES)
    if any(artefact.role == "validates" for artefact in works_on):
        return GateProposal("approval", VALIDATES)
    if reason := REVIEWS.get(item.texts.get("action", "")):
        return GateProposal("approval", reason)
    for artefact in works_on:
        if artefact.role == "creates" and _is_decided_on(artefact.source):
            return GateProposal("approval", f"Later stages build on {noun(artefact.source)}")
    return None


def _is_decided_on(text: str) -> bool:
    return bool(DECIDED_ON.fullmatch(PurePosixPath(bare_name(text)).stem.lower()))
