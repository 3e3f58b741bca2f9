"""Catalogues that nobody has shipped: odd ones, broken ones, hostile ones."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentlab.workflows.importers.bmad_v6.artefacts import MOST_PATTERNS, Artefacts
from agentlab.workflows.importers.bmad_v6.catalogue import FIELDS, read_catalogue
from agentlab.workflows.importers.csv_source import BrokenCsv, read_csv
from agentlab.workflows.importers.definitions import Detection, WorkflowDefinition
from agentlab.workflows.importers.detection import candidates
from agentlab.workflows.importers.values import nested
from tests.support.projects import write
from tests.workflows.importers.test_bmad_v6_configuration import DEFAULT

HEADER = ",".join(FIELDS)
OLD = "module,phase,name,code,sequence,workflow-file,command,required"
OLD_HEADER = f"{OLD},agent,options,description,output-location,outputs,"
AGENT = "agent-name,agent-command,agent-display-name,agent-title"
MERGED_HEADER = f"{OLD},{AGENT},options,description,output-location,outputs"


def row(skill: str, **named: str) -> str:
    """A row of today's header, quoted as CSV is."""
    values = {"module": "M", "skill": skill, "display-name": skill, "phase": "plan"}
    values |= {name.replace("_", "-"): text for name, text in named.items()}
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([values.get(field, "") for field in FIELDS])
    return line.getvalue()


def detected(folder: Path, catalogue: str | bytes, module: str = "m") -> Detection:
    write(folder / "_bmad/_config/manifest.yaml", "installation:\n  version: 6.12.0\n")
    write(folder / "_bmad" / module / "module-help.csv", catalogue)
    return candidates(folder)[0]


def workflow(folder: Path, *rows: str, header: str = HEADER) -> WorkflowDefinition:
    (definition,) = detected(folder, "\n".join((header, *rows))).workflows
    return definition


def test_each_step_comes_after_what_it_names_however_the_file_sorts_them(tmp_path: Path) -> None:
    definition = workflow(
        tmp_path,
        row("last", preceded_by="middle"),
        row("middle", preceded_by="first:go"),
        row("first", action="go"),
        row("shipped", phase="ship"),
        row("earlier", followed_by="first"),
    )
    keys = [stage.key for stage in definition.stages]
    assert keys == ["earlier", "first-go", "middle", "last", "shipped"]
    assert definition.notices == ()


def test_a_circle_is_said_and_the_files_order_counts(tmp_path: Path) -> None:
    definition = workflow(
        tmp_path, row("a", preceded_by="c"), row("b", preceded_by="a"), row("c", preceded_by="b")
    )
    assert [stage.key for stage in definition.stages] == ["a", "b", "c"]
    (notice,) = definition.notices
    assert (notice.code, notice.line) == ("cycle", 2)
    assert "(a, b, c)" in notice.text


def test_what_is_named_and_not_there_is_said_and_ignored(tmp_path: Path) -> None:
    definition = workflow(
        tmp_path, row("a", preceded_by="gone|tool"), row("tool", phase="anytime"), row("b")
    )
    assert [stage.key for stage in definition.stages] == ["a", "b"]
    assert [notice.text for notice in definition.notices] == [
        "_bmad/m/module-help.csv, line 2: `a` names `gone`, which is not there; it is ignored."
    ]


def test_rows_of_the_same_name_are_both_stages(tmp_path: Path) -> None:
    definition = workflow(tmp_path, row("a"), row("a"), row("a", action="x"))
    assert [stage.key for stage in definition.stages] == ["a", "a-2", "a-x"]


def test_unknown_columns_and_phases_are_kept_and_noticed_once(tmp_path: Path) -> None:
    rows = (row("a", phase="setup") + ",1", row("b", phase="setup") + ",2")
    definition = workflow(tmp_path, *rows, header=f"{HEADER},colour")
    assert [nested(stage.extra["row"], "colour") for stage in definition.stages] == ["1", "2"]
    assert [notice.code for notice in definition.notices] == ["unknown_key", "unknown_phase"]


@pytest.mark.parametrize("fields", [1, 5, 11, 14, 40])
def test_a_row_of_another_width_is_kept_and_noticed(tmp_path: Path, fields: int) -> None:
    odd = ",".join(["x"] * fields)
    definition = workflow(tmp_path, row("a"), odd)
    assert [stage.key for stage in definition.stages] == ["a"]
    assert definition.extra["left_out"] == [["x"] * fields]
    assert [(n.code, n.line) for n in definition.notices] == [("row_left_out", 3)]


def test_twelve_fields_are_mended_where_one_is_missing(tmp_path: Path) -> None:
    short = "M,validate,Validate,V,Says,[path],2-planning,prd,,true,planning_artifacts,report"
    bare = "M,prd,PRD,P,Says,,2-planning,,,false,planning_artifacts,prd"
    definition = workflow(tmp_path, short, bare)
    prd, validate = definition.stages
    assert (prd.key, validate.key) == ("prd", "validate")
    assert nested(validate.extra["row"], "args") == "[path]"
    assert validate.gate is not None
    assert [notice.code for notice in definition.notices] == ["rows_mended"]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("{output_folder}/x", ("_bmad-output/x/report.md", "_bmad-output/x/*report*.md")),
        ("project-knowledge", ("docs/report.md", "docs/*report*.md")),
        ("repo root", ()),
        ("https://example.com/x", ()),
        ("../outside", ()),
        ("/etc", ()),
        ("somewhere", ()),
    ],
)
def test_locations_are_places_in_the_project_or_none(
    tmp_path: Path, location: str, expected: tuple[str, ...]
) -> None:
    definition = workflow(tmp_path, row("a", output_location=location, outputs="report"))
    (artefact,) = definition.stages[0].artefacts
    assert artefact.patterns == expected


def test_a_run_of_spaces_is_one_space_however_long() -> None:
    (artefact,) = Artefacts(DEFAULT).created("project_knowledge", f"a{' ' * 2_000_000}b")
    assert artefact.patterns == ("docs/a-b.md", "docs/*a-b*.md")
    (either,) = Artefacts(DEFAULT).created("docs/", "a  and\tb (x),  c")
    assert either.patterns[::2] == ("docs/a.md", "docs/b.md", "docs/c.md")


def test_a_row_of_many_places_and_names_has_a_bounded_number_of_patterns() -> None:
    places = "|".join(f"{at}/" for at in range(20_000))
    names = ",".join(f"n{at}" for at in range(20_000))
    (artefact,) = Artefacts(DEFAULT).created(places, names)
    assert artefact.patterns[:2] == ("0/n0.md", "0/*n0*.md")
    assert len(artefact.patterns) == MOST_PATTERNS


@pytest.mark.parametrize(
    ("catalogue", "code"),
    [
        (b"", "broken_csv"),
        (b"\n\n", "broken_csv"),
        (b"a,b,c\n1,2,3\n", "broken_csv"),
        (b"x" * 5_000_000, "too_large"),
        (HEADER.encode() + b"\n" + b"," * 500, "broken_csv"),
        (HEADER.encode() + b"\n" + b"a\n" * 5000, "broken_csv"),
        (HEADER.encode() + b'\n"' + b"x" * 200_000 + b'"\n', "broken_csv"),
        (HEADER.encode(), None),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_named(
    tmp_path: Path, catalogue: bytes, code: str | None
) -> None:
    found = detected(tmp_path, catalogue)
    assert (found.method, found.workflows) == ("bmad", ())
    assert [notice.code for notice in found.notices] == ([code] if code else [])


@pytest.mark.parametrize(
    ("encoding", "word"), [("utf-16", "UTF-16"), ("cp1252", "Windows-1252"), ("utf-8-sig", None)]
)
def test_other_encodings_are_read_and_said(tmp_path: Path, encoding: str, word: str | None) -> None:
    text = f"{HEADER}\n{row('a', description='Écrire')}\n"
    (definition,) = detected(tmp_path, text.encode(encoding)).workflows
    assert definition.stages[0].notes == "Écrire"
    assert definition.source == text.encode(encoding)
    assert [word in notice.text for notice in definition.notices if word] == [True] * bool(word)


def test_nul_bytes_are_said_and_can_be_stored(tmp_path: Path) -> None:
    definition = workflow(tmp_path, row("a", description="b\0c"))
    assert definition.stages[0].notes == "b\ufffdc"
    assert [notice.code for notice in definition.notices] == ["unusual_value"]


@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00")
@example(b'"')
def test_any_bytes_are_csv_or_broken_csv(data: bytes) -> None:
    try:
        source = read_csv(data)
    except BrokenCsv:
        return
    assert all(any(row.fields) for row in source.rows)


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "anytime", "plan", "2-planning", "4-implementation", "_meta", "false", "true", "a", "a:b"]
)


@given(
    st.sampled_from(
        [
            HEADER,
            OLD_HEADER,
            MERGED_HEADER,
        ]
    ),
    st.lists(st.lists(CELL, min_size=1, max_size=18), max_size=8),
)
def test_every_row_is_an_entry_or_kept_or_meta(header: str, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    try:
        catalogue = read_catalogue(f"{header}\n{text.getvalue()}".encode())
    except BrokenCsv:
        return
    written = sum(any(cell.replace("\0", "\ufffd").strip() for cell in row) for row in rows)
    meta = sum("_meta" in row for row in rows)
    taken = len(catalogue.entries) + len(catalogue.left_out)
    assert written - meta <= taken <= written
    assert len(catalogue.left_out) == sum(
        code == "row_left_out" for _, code, _ in catalogue.oddities
    )
