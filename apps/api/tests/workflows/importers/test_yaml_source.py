import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import JsonValue

from agentlab.workflows.importers.yaml_source import MAX_BYTES, MAX_DEPTH, BrokenYaml, read_yaml
from tests.support.yaml_bombs import nested_by_aliases, repeated_by_aliases


def broken(data: bytes) -> BrokenYaml:
    with pytest.raises(BrokenYaml) as caught:
        read_yaml(data)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: 1\nb: [x, 2.5, '5']\n", {"a": 1, "b": ["x", 2.5, "5"]}),
        ("[true, null, ~, 0x1f, .inf]", [True, None, None, "0x1f", ".inf"]),
        ("a:\nb: ''\n", {"a": None, "b": ""}),
        ("a: yes\nb: 2024-01-01\n", {"a": "yes", "b": "2024-01-01"}),
        ("1: one\ntrue: two\n", {"1": "one", "true": "two"}),
        ("a: &x [1]\nb: *x\n", {"a": [1], "b": [1]}),
        ("a: !!python/object:os.system x\n", {"a": "x"}),
        ("a: !mine {b: c}\n", {"a": {"b": "c"}}),
        ('a: "\\0\\ud800"\n', {"a": "\ufffd\ufffd"}),
        ("a: " + "9" * 5000, {"a": "9" * 5000}),
        ("\ufeffa: b\r\nc: d\r\n", {"a": "b", "c": "d"}),
        ("a: b\n---\nc: d\n", {"a": "b"}),
    ],
)
def test_values_are_plain_json(text: str, value: JsonValue) -> None:
    assert read_yaml(text.encode()).value == value


def test_every_value_knows_its_line() -> None:
    source = read_yaml(
        b"# top\nworkflow:\n  sequence:\n    - a: 1\n      b:\n        c: 2\n    - x\n"
    )
    assert source.line("workflow", "sequence") == 3
    assert source.line("workflow", "sequence", 0, "b") == 5
    assert source.line("workflow", "sequence", 0, "b", "c") == 6
    assert source.line("workflow", "sequence", 1) == 7
    assert source.line("workflow", "sequence", 0, "missing", "deeper") == 4


def test_a_key_given_twice_is_odd_and_the_last_counts() -> None:
    source = read_yaml(b"a: 1\nb: 2\na: 3\n")
    assert source.value == {"a": 3, "b": 2}
    [(line, clause)] = source.oddities
    assert (line, clause.name, clause.values) == (3, "given_twice", {"key": "a"})
    assert clause.english == "`a` is given twice; the last one counts"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a: b\nc: [d\n", 3),
        (b"a:\n\t- b\n", 2),
        (b"a: b: c\n", 1),
        (b"a: b\n\nc: caf\xe9\n", 3),
        (b"a: *missing\n", 1),
        (b"a: &x [*x]\n", 1),
        (b"a: b\n? [c, d]\n: e\n", 2),
        (b"a: {{name}}\n", 1),
        (b"*x : y\n", 1),
    ],
)
def test_broken_text_is_answered_with_its_line(data: bytes, line: int) -> None:
    assert broken(data).line == line


def test_control_characters_are_refused() -> None:
    assert "characters" in broken(b"a: \x00\n").reason.english


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    levels = (b"a%d: &a%d [%s]\n" % (n, n, _repeated(n - 1)) for n in range(1, 12))
    assert "more than" in broken(b"a0: &a0 x\n" + b"".join(levels)).reason.english


def _repeated(level: int) -> bytes:
    return b", ".join([b"*a%d" % level] * 10)


@pytest.mark.parametrize("data", [b"[" * 5000, b"- " * 5000, b"{a: " * 5000])
def test_deep_nesting_is_refused(data: bytes) -> None:
    assert broken(data).reason.english


def test_depth_counts_what_aliases_stand_for() -> None:
    explicit = broken(b"[" * 5000).reason
    assert broken(nested_by_aliases().encode()).reason == explicit
    for inside in range(1, MAX_DEPTH):
        outside = MAX_DEPTH - inside - 1
        fits = f"a: &a {'[' * inside}{']' * inside}\nb: {'[' * outside}*a {']' * outside}"
        assert read_yaml(fits.encode()).value
        assert broken(fits.replace("*a", "[*a ]").encode()).reason == explicit


def test_a_long_text_is_not_repeated_without_end() -> None:
    assert "more than" in broken(repeated_by_aliases().encode()).reason.english
    as_key = (
        repeated_by_aliases().replace("&long ", "&long\n  ? ").replace("\nlist", "\n  : 1\nlist")
    )
    assert "more than" in broken(as_key.encode()).reason.english
    assert read_yaml(b"a: &a " + b"x" * 100_000 + b"\nb: *a\n").value


def test_large_files_are_refused_unread() -> None:
    assert "the limit is" in broken(b"a: b\n" * (10_000_000 // 5)).reason.english
    assert read_yaml(b"#" * MAX_BYTES).value is None


YAML_ISH = st.text(alphabet="ab:-?[]{},&*!|>'\"%@`#~ \t\n\\.<0=\x85\u2028", max_size=60)


@given(YAML_ISH.map(str.encode) | st.binary(max_size=60))
@example(b"%YAML 9.9\n---\na: b\n")
@example(b"%TAG ! !\n--- !<\n")
@example(b"? ")
@example(b"!<> a")
def test_whatever_the_bytes_they_are_read_or_broken(data: bytes) -> None:
    with suppress(BrokenYaml):
        assert read_yaml(data).line() is None or data


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT


@given(
    st.recursive(
        SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXT, v), max_leaves=12
    )
)
def test_what_another_library_writes_is_read_back(value: JsonValue) -> None:
    assert read_yaml(json.dumps(value).encode()).value == value
