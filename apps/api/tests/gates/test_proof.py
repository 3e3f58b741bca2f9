"""A decision as a signed file that anybody can check without AgentLab's database."""

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr
from typer.testing import CliRunner

from agentlab.audit import chain
from agentlab.cli.audit import said_of
from agentlab.cli.main import app as command
from agentlab.context import Context
from agentlab.gates.proof.contents import markdown_of
from agentlab.gates.proof.keys import fingerprint_of, key_of, public_bytes
from agentlab.gates.proof.sealing import (
    NAMES,
    packed,
    sealed,
    signed_bytes,
    spelled_signature,
)
from agentlab.gates.proof.verification import ProofRefused, Proven, verify
from agentlab.settings import Settings
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, project_of
from tests.support.review import Review

SECRET = "a secret of an installation for tests"
HOSTILE = "Clear.\n# Not a heading\n<script>alert(1)</script> \u202egnp\n" + "x" * 9_000


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a key for proofs, as every installation has."""
    return settings.model_copy(update={"proof_key": SecretStr(SECRET)})


@pytest.fixture
async def review(bob: Browser, context: Context, root: Path) -> Review:
    folder = bmad_folder(root)
    return Review(bob, context, folder, await project_of(bob, context, folder))


async def decided(review: Review, verdict: str = "approved", reason: str = "Clear.") -> str:
    """The id of a new decision."""
    reply = await review.decide(await review.submit("Read this."), verdict, reason)
    return str(reply.json()["submissions"][0]["decision"]["id"])


async def proof_of(browser: Browser, decision_id: str) -> bytes:
    reply = await browser.get(f"/decisions/{decision_id}/proof")
    assert reply.status_code == 200, reply.text
    return reply.content


def files_in(proof: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(proof)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(change: Callable[[dict[str, Any]], None], secret: str = SECRET) -> bytes:
    """A proof that is signed, but does not say what is true."""
    contents = json.loads(json.dumps(EXAMPLE))
    change(contents)
    return sealed(contents, key_of(Settings(proof_key=SecretStr(secret))))


def entry_of(decision: dict[str, Any]) -> dict[str, Any]:
    entry = {
        "sequence": 7,
        "at": "2026-11-20T12:00:00.000000+00:00",
        "actor_kind": "person",
        "actor_id": decision["decided_by"]["id"],
        "token_id": None,
        "action": "decision.approved",
        "subject_id": decision["id"],
        "label": "Create the PRD",
        "client_id": "c",
        "project_id": "p",
        "request_id": "r",
        "detail_digest": "d",
    }
    return {**entry, "previous_hash": "0" * 64, "hash": chain.hash_of(entry, "0" * 64)}


DECISION = {
    "id": "1",
    "verdict": "approved",
    "reason": HOSTILE,
    "decided_by": {"id": "2", "name": "Bob <b>Noyce</b>"},
    "deputy_of": {"id": "8", "name": "Ada | Lovelace"},
    "decided_at": "2026-11-20T12:00:00.000000+00:00",
    "settles": True,
    "checklist": [{"id": "i", "text": "Read *twice*", "required": True, "answer": True}],
}
EXAMPLE: dict[str, Any] = {
    "format": "agentlab-proof/1",
    "decision": DECISION,
    "submission": {
        "id": "3",
        "number": 1,
        "note": "",
        "submitted_by": {"id": "2", "name": None},
        "submitted_at": "2026-11-20T11:00:00.000000+00:00",
    },
    "gate": {"id": "4", "kind": "approval", "reason": "Later stages build on it."},
    "stage": {"key": "prd.md", "title": "Create the PRD", "position": 1},
    "project": {"id": "p", "key": "R", "name": "Reader", "service": "S", "client": "C"},
    "artefacts": [
        {"path": "docs/a\nb|c.md", "version": 1, "sha256": "a" * 64, "size_bytes": 1_000_000}
    ],
    "approvals": [
        {
            "id": "9",
            "decided_by": {"id": "8", "name": None},
            "deputy_of": None,
            "decided_at": "2026-11-20T11:30:00.000000+00:00",
            "reason": "",
        }
    ],
    "entry": entry_of(DECISION),
}
WHOLE = forged(lambda _: None)


async def test_a_decision_is_proven_offline(review: Review, settings: Settings) -> None:
    proof = await proof_of(review.browser, await decided(review, reason=HOSTILE))
    proven = verify(proof)
    decision = (await review.gate())["submissions"][0]["decision"]
    assert proven.contents["decision"]["id"] == decision["id"]
    assert proven.contents["decision"]["decided_by"]["name"] == "Bob Noyce"
    assert proven.contents["decision"]["reason"] == HOSTILE
    assert [a["path"] for a in proven.contents["artefacts"]] == ["docs/prd.md"]
    assert proven.fingerprint == fingerprint_of(public_bytes(key_of(settings)))


async def test_the_same_decision_gives_the_same_bytes(review: Review, vera: Browser) -> None:
    decision_id = await decided(review)
    first = await proof_of(review.browser, decision_id)
    assert await proof_of(vera, decision_id) == first
    await decided_later(review)
    assert await proof_of(review.browser, decision_id) == first


async def decided_later(review: Review) -> None:
    (review.folder / "docs" / "notes.md").write_text("# Notes\n", encoding="utf-8")
    await review.browser.do(f"/projects/{review.project_id}/scans")


async def test_the_trail_has_the_entry_that_the_proof_names(review: Review, ada: Browser) -> None:
    proven = verify(await proof_of(review.browser, await decided(review)))
    page = await ada.read("/audit/entries?action=decision.approved")
    entry = page["items"][0]
    assert proven.head == f"{entry['sequence']}:{entry['hash']}"


async def test_a_rejection_is_proven_with_its_reason(review: Review) -> None:
    proven = verify(await proof_of(review.browser, await decided(review, "rejected", "No.")))
    assert proven.contents["decision"]["verdict"] == "rejected"


async def test_one_approval_of_two_says_that_it_settled_nothing(
    review: Review, ada: Browser
) -> None:
    items = [{"text": "Read *twice*", "required": False}]
    await review.rule(ada, approvals=2, checklist=items)
    submission = await review.submit()
    first, second = [
        verify(await proof_of(each, await deciding(review, submission, each)))
        for each in (review.browser, ada)
    ]
    assert not first.contents["decision"]["settles"]
    assert said_in(first).startswith("# One approval of several: ")
    assert said_in(second).startswith("# Approved: ")
    assert "- Approved before by Bob Noyce at " in said_in(second)
    assert "- Not answered: Read \\*twice\\*" in said_in(second)


async def deciding(review: Review, submission: Any, by: Browser) -> str:
    reply = await review.decide(submission, by=by, policy_version=1)
    me = (await by.read("/session"))["name"]
    made = reply.json()["submissions"][0]["decisions"]
    return str(next(each["id"] for each in made if each["decided_by"] == me))


def said_in(proven: Proven) -> str:
    return markdown_of(proven.contents, proven.fingerprint)


async def test_an_installation_without_a_key_says_how_to_get_one(
    review: Review, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision_id = await decided(review)
    monkeypatch.setattr(Settings, "current", lambda *_: None)
    response = await review.browser.get(f"/decisions/{decision_id}/proof")
    assert refusal(response) == (409, "proof_key_missing")


async def test_who_may_not_see_the_project_gets_no_proof(
    review: Review, anonymous: Browser
) -> None:
    decision_id = await decided(review)
    path = f"/decisions/{decision_id}/proof"
    assert refusal(await anonymous.get(path)) == (401, "not_signed_in")
    unknown = f"/decisions/{review.gate_id}/proof"
    assert refusal(await review.browser.get(unknown)) == (404, "not_found")


def test_what_people_typed_stays_text() -> None:
    text = markdown_of(EXAMPLE, "f" * 64)
    assert "\u202e" not in text
    assert "⟨U+202E⟩gnp" in text
    assert "<script>" not in text
    assert "\n# Not" not in text
    assert "docs/a⟨U+000A⟩b\\|c\\.md" in text
    assert "by an erased person" in text
    assert "in place of Ada \\| Lovelace" in text
    assert "- Yes: Read \\*twice\\*" in text


def test_a_proof_of_before_it_said_who_else_approved_is_checked_too() -> None:
    def as_it_was(contents: dict[str, Any]) -> None:
        del contents["approvals"]
        for name in ("settles", "deputy_of", "checklist"):
            del contents["decision"][name]

    assert verify(forged(as_it_was)).contents["decision"]["id"] == "1"


@hypothesis_settings(max_examples=300)
@given(at=st.integers(0, len(WHOLE) - 1), mask=st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, mask: int) -> None:
    """But for the bytes of the ZIP that say nothing, such as a time that nobody reads."""
    changed = bytearray(WHOLE)
    changed[at] ^= mask
    with suppress(ProofRefused):
        verify(bytes(changed))
        assert files_in(bytes(changed)) == files_in(WHOLE)


@hypothesis_settings(max_examples=300)
@given(data=st.data())
def test_any_changed_byte_of_a_file_that_was_packed_anew_is_found(data: st.DataObject) -> None:
    files = files_in(WHOLE)
    name = data.draw(st.sampled_from(NAMES))
    content = bytearray(files[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ProofRefused):
        verify(packed({**files, name: bytes(content)}))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("decision.json", b"{}", "decision.json is not the text that was signed"),
        ("decision.md", b"# Approved", "decision.md is not the text that was signed"),
        ("signature.json", b"[]", "holds no signature"),
        ("signature.json", b"[" * 100_000, "holds no signature"),
    ],
)
def test_the_sentence_says_what_does_not_match(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(ProofRefused, match=sentence):
        verify(packed({**files_in(WHOLE), name: content}))


def test_a_signature_that_was_moved_to_another_decision_does_not_fit() -> None:
    other = files_in(forged(lambda contents: contents["decision"].update(reason="Other.")))
    mixed = {**other, "signature.json": files_in(WHOLE)["signature.json"]}
    with pytest.raises(ProofRefused, match="was changed"):
        verify(packed(mixed))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda c: c["entry"].update(hash="0" * 64), "Entry 7 of the trail has not the hash"),
        (lambda c: c["entry"].update(action="decision.rejected"), "has not the hash"),
        (lambda c: c["decision"].update(id="9"), "Entry 7 of the trail is about something else"),
        (lambda c: c["decision"].update(verdict="rejected"), "about something else"),
        (lambda c: c["decision"]["decided_by"].update(id="9"), "about something else"),
    ],
)
def test_a_signer_cannot_claim_what_the_trail_does_not_have(
    change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    with pytest.raises(ProofRefused, match=sentence):
        verify(forged(change))


def self_made(said: bytes, markdown: bytes = b"") -> bytes:
    """A proof whose signature fits, whatever it says."""
    key = key_of(Settings(proof_key=SecretStr(SECRET)))
    texts = {"decision.md": markdown, "decision.json": said}
    public_key = public_bytes(key)
    signature = key.sign(signed_bytes(texts, public_key))
    return packed({**texts, "signature.json": spelled_signature(public_key, texts, signature)})


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
PLACES = [
    *((key,) for key in EXAMPLE),
    *((key, name) for key in EXAMPLE if isinstance(EXAMPLE[key], dict) for name in EXAMPLE[key]),
    *(("decision", "checklist", 0), ("approvals", 0), ("approvals", 0, "deputy_of")),
    *(("decision", "decided_by", "name"), ("artefacts", 0), ("artefacts", 0, "path")),
]


@hypothesis_settings(max_examples=100)
@given(place=st.sampled_from(PLACES), value=ANY)
def test_what_somebody_signed_in_another_shape_is_refused_or_said(
    place: tuple[str | int, ...], value: object
) -> None:
    contents = json.loads(json.dumps(EXAMPLE))
    *way, last = place
    at = contents
    for step in way:
        at = at[step]
    at[last] = value
    markdown = b""
    with suppress(Exception):
        entry = contents["entry"]
        entry["hash"] = chain.hash_of(entry, entry["previous_hash"])
        fingerprint = fingerprint_of(public_bytes(key_of(Settings(proof_key=SecretStr(SECRET)))))
        markdown = markdown_of(contents, fingerprint).encode()
    said = json.dumps(contents, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    with suppress(ProofRefused):
        proven = verify(self_made(said.encode("utf-8", "surrogatepass"), markdown))
        assert all(line.isprintable() for line in said_of(proven, is_trusted=False))
        json.dumps(proven.contents)


@pytest.mark.parametrize(
    "said",
    [
        *(b"", b"{}", b"[]", b"null", b"\xff", b'"entry"', b"NaN", b"1" * 5_000),
        *(b"[" * 100_000, b'{"entry":' * 100_000),
        json.dumps(EXAMPLE).encode(),
        chain.canonical(EXAMPLE).replace(b"{", b'{"a":' + b"[" * 900 + b"]" * 900 + b",", 1),
    ],
)
def test_a_proof_that_somebody_made_up_is_refused_in_a_sentence(
    tmp_path: Path, said: bytes
) -> None:
    file = tmp_path / "proof.zip"
    file.write_bytes(self_made(said))
    run = CliRunner().invoke(command, ["audit", "verify", str(file)])
    assert (run.exit_code, run.output.count("\n")) == (1, 1)
    assert isinstance(run.exception, SystemExit)
    assert run.output.startswith("decision.")


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_way_to_pack_is_refused(way: int) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", way) as file:
        for name, content in files_in(WHOLE).items():
            file.writestr(name, content)
    with pytest.raises(ProofRefused, match="packed in a way"):
        verify(archive.getvalue())


@pytest.mark.parametrize("content", [b"", b"PK", b"\x00" * 5_000, WHOLE[: len(WHOLE) // 2]])
def test_what_is_no_proof_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(ProofRefused, match="is not a proof"):
        verify(content)


def test_a_bomb_is_not_unpacked() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name in NAMES:
            file.writestr(name, b"0" * 20_000_000)
    with pytest.raises(ProofRefused, match="larger than any proof"):
        verify(archive.getvalue())


def test_the_command_checks_a_proof_and_its_key(tmp_path: Path) -> None:
    file = tmp_path / "proof.zip"
    file.write_bytes(WHOLE)
    trusted = verify(WHOLE).fingerprint
    run = CliRunner().invoke(command, ["audit", "verify", str(file), "--key", trusted])
    assert run.exit_code == 0, run.output
    assert "The proof is whole" in run.output
    run = CliRunner().invoke(command, ["audit", "verify", str(file), "--json"])
    assert json.loads(run.output)["key"] == trusted
    run = CliRunner().invoke(command, ["audit", "verify", str(file), "--key", "0" * 64])
    assert run.exit_code == 1
    assert "another key signed it" in run.output
    file.write_bytes(packed({**files_in(WHOLE), "decision.md": b"# Approved"}))
    run = CliRunner().invoke(command, ["audit", "verify", str(file)])
    assert run.exit_code == 1
    assert run.output.count("\n") == 1
    run = CliRunner().invoke(command, ["audit", "verify", str(tmp_path / "no.zip")])
    assert (run.exit_code, "cannot be read" in run.output) == (1, True)


def test_the_command_prints_the_fingerprint_of_this_installation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROOF_KEY", SECRET)
    run = CliRunner().invoke(command, ["audit", "key"])
    assert run.output.strip() == verify(WHOLE).fingerprint
