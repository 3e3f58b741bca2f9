"""The help catalogue of BMAD v6: `module-help.csv` in each of its forms, as entries.

From the first betas to 6.2.1 a row had 13 or 14 fields, in the merged file 16; since 6.2.2 it has
13 others, of which 6.2.2 to 6.5 often forgot one, and the merged file of those versions has the
old header over new rows. What a row means follows from the header and, there, from its fields.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from agentlab.workflows.importers.bmad_v6.phases import Phase, is_phase, phase_of
from agentlab.workflows.importers.csv_source import BrokenCsv, CsvRow, read_csv
from agentlab.workspaces.notices import Clause

FIELDS = (
    *("module", "skill", "display-name", "menu-code", "description", "action", "args", "phase"),
    *("preceded-by", "followed-by", "required", "output-location", "outputs"),
)
"""Today's header."""

BEFORE_ARGS, BEFORE_PHASE, PHASE = 5, 6, 7
ARGUMENT = ("[", "-")
NUMBER = re.compile(r"[0-9]{1,9}")

RENAMED: Mapping[str, str] = {
    "after": "preceded-by",
    "before": "followed-by",
    "name": "display-name",
    "code": "menu-code",
    "command": "skill",
    "options": "args",
}
"""Columns of older headers, by the name that they have today."""

OF_OLD_ROWS = frozenset({"sequence", "workflow-file", "agent", "agent-name"})
OF_AGENTS = frozenset({"agent-command", "agent-display-name", "agent-title"})
KNOWN = {*FIELDS, *OF_OLD_ROWS, *OF_AGENTS}

# Where the old merged header put an agent's three names between the fields of a new row.
MERGED_FIELDS = 16
AGENT_NAMES = slice(9, 12)

META = "_meta"
TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that people can ask BMAD to do. `row` is what the file says of it, by column."""

    line: int
    module: str
    skill: str
    action: str
    name: str
    description: str
    phase: Phase
    sequence: int | None
    agent: str
    preceded_by: tuple[str, ...]
    followed_by: tuple[str, ...]
    is_required: bool
    output_location: str
    outputs: str
    row: Mapping[str, str]

    @property
    def reference(self) -> str:
        """How other entries name it."""
        return f"{self.skill}:{self.action}" if self.action else self.skill


@dataclass(slots=True)
class Catalogue:
    """What one file says. `documentation`: the address that a `_meta` row gives, by module.

    `left_out` are rows that are none, as the file has them; `oddities` are lines with clauses.
    """

    entries: list[Entry] = field(default_factory=list)
    documentation: dict[str, str] = field(default_factory=dict)
    left_out: list[CsvRow] = field(default_factory=list)
    oddities: list[tuple[int | None, str, Clause]] = field(default_factory=list)


def read_catalogue(data: bytes) -> Catalogue:
    """The entries of a file, in its order. Raises `BrokenCsv`, and nothing else."""
    source = read_csv(data)
    columns = _columns(source.header)
    if "phase" not in columns or "display-name" not in columns:
        english = "its first line has no columns `phase` and `name` or `display-name`"
        raise BrokenCsv(Clause("no_columns", english), 1)
    catalogue = Catalogue()
    catalogue.oddities += [(None, "unusual_value", oddity) for oddity in source.oddities]
    _report_columns(source.header, columns, catalogue)
    mended = [row.line for row in source.rows if _take(row, columns, catalogue)]
    if mended:
        english = f"{_rows(len(mended))} without an empty field before the phase, mended"
        clause = Clause("rows_mended", english, {"count": len(mended)})
        catalogue.oddities.append((mended[0], "rows_mended", clause))
    return catalogue


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    """The header in today's words, without the empty columns at its end."""
    names = list(header)
    while names and not names[-1]:
        names.pop()
    return tuple(RENAMED.get(name, name) for name in names)


def _report_columns(header: Sequence[str], columns: Sequence[str], catalogue: Catalogue) -> None:
    for given, name in zip(header, columns, strict=False):
        if name not in KNOWN:
            english = f"the column `{given}` has no meaning in BMAD v6; it is kept as it is"
            clause = Clause("unknown_column", english, {"column": given})
            catalogue.oddities.append((1, "unknown_key", clause))
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        english = f"the column `{name}` is given twice; the last one counts"
        clause = Clause("column_twice", english, {"column": name})
        catalogue.oddities.append((1, "given_twice", clause))


def _take(row: CsvRow, columns: Sequence[str], catalogue: Catalogue) -> bool:
    """Add what the row says; whether it had to be mended for that."""
    named, was_mended = _named(row, columns)
    if named is None:
        catalogue.left_out.append(row)
        there, needed = len(row.fields), len(columns)
        english = f"the row has {there} fields where {needed} belong; it is kept as it is"
        clause = Clause("row_left_out", english, {"count": there, "expected": needed})
        catalogue.oddities.append((row.line, "row_left_out", clause))
    elif named.get("skill") == META:
        catalogue.documentation[named.get("module", "")] = named.get("output-location", "")
    else:
        catalogue.entries.append(_entry(row.line, named))
    return was_mended


def _named(row: CsvRow, columns: Sequence[str]) -> tuple[dict[str, str] | None, bool]:
    """The fields by column, and whether one was missing. None where they fit no column."""
    fields, names = row.fields, tuple(columns)
    if _is_new_under_old_header(fields, names):
        fields, names = _as_written(fields), FIELDS
    elif _is_today(names) and len(fields) == len(FIELDS) and not fields[-1] and _is_short(fields):
        fields = fields[:-1]
    while len(fields) > len(names) and not fields[-1]:
        fields = fields[:-1]
    is_mended = _is_today(names) and len(fields) == len(FIELDS) - 1
    if is_mended:
        at = BEFORE_ARGS if fields[BEFORE_ARGS].startswith(ARGUMENT) else BEFORE_PHASE
        fields = (*fields[:at], "", *fields[at:])
    if len(fields) != len(names):
        return None, False
    return dict(zip(names, fields, strict=True)), is_mended


def _is_today(names: Sequence[str]) -> bool:
    return tuple(names) == FIELDS


def _is_short(fields: Sequence[str]) -> bool:
    """Whether the phase stands one field too early."""
    return is_phase(fields[BEFORE_PHASE]) and not is_phase(fields[PHASE])


def _is_new_under_old_header(fields: Sequence[str], names: Sequence[str]) -> bool:
    if "agent-name" not in names or len(fields) != MERGED_FIELDS:
        return False
    has_phase = is_phase(fields[PHASE]) or is_phase(fields[BEFORE_PHASE])
    return fields[1] == META or (has_phase and not is_phase(fields[1]))


def _as_written(fields: Sequence[str]) -> tuple[str, ...]:
    """A new row without what was put into it, with as many fields as it had at first."""
    written = [*fields[: AGENT_NAMES.start], *fields[AGENT_NAMES.stop :]]
    if written[PHASE] == "false":  # what stood in the old header's `required`, which was empty
        written[PHASE] = ""
    return tuple(written[:-1] if _is_short(written) and not written[-1] else written)


def _entry(line: int, named: Mapping[str, str]) -> Entry:
    def text(name: str) -> str:
        return named.get(name, "")

    return Entry(
        line=line,
        module=text("module"),
        skill=text("skill") or _file_stem(text("workflow-file")) or text("menu-code"),
        action=text("action"),
        name=text("display-name"),
        description=text("description"),
        phase=phase_of(text("phase")),
        sequence=int(text("sequence")) if NUMBER.fullmatch(text("sequence")) else None,
        agent=text("agent") or text("agent-name"),
        preceded_by=_references(text("preceded-by")),
        followed_by=_references(text("followed-by")),
        is_required=text("required").lower() in TRUE,
        output_location=text("output-location"),
        outputs=text("outputs"),
        row=dict(named),
    )


def _file_stem(path: str) -> str:
    return PurePosixPath(path.removeprefix("skill:")).stem


def _references(text: str) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[|;,\s]+", text)))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
