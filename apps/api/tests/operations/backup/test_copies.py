"""Copies elsewhere: compared where they lie, and told when they are not there."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyrage.x25519 import Identity

from agentlab.operations.backup import bundle, copies, keys, s3, verifying
from agentlab.operations.backup.copies import CopyFailed
from agentlab.operations.backup.place import Place, Retention
from agentlab.operations.backup.retention import MOST_REFUTED
from agentlab.operations.backup.service import back_up, run_on
from agentlab.operations.backup.shelf import Proof, Record, Report, Shelf, Warning_
from tests.operations.backup.support import CREATED, damage, nobody, put
from tests.support import s3_server
from tests.support.s3_server import S3Server

HOUR = timedelta(hours=1)
REFUTED = Proof(at=CREATED, seconds=1, ok=False, failure="An index is damaged.")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    folder = tmp_path / "second"
    folder.mkdir()
    return folder


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """Small parts, so that a bundle has several; S3 itself wants 5 MB of all but the last."""
    monkeypatch.setattr(s3, "PART_BYTES", 300_000)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)
    monkeypatch.setattr(s3, "ATTEMPTS", 2)
    with s3_server.running(tmp_path) as running:
        yield running


@pytest.fixture
def file(shelf: Shelf, place: Place) -> Path:
    """A good bundle of about a megabyte."""
    return put(shelf, keys.read(place.key)[0])


def copied(place: Place, file: Path) -> None:
    shelf = Shelf(place.folder)
    with run_on(shelf) as report:
        copies.copy(place, shelf, file, report)


def pruned(place: Place) -> None:
    shelf = Shelf(place.folder)
    with run_on(shelf) as report:
        copies.prune(place, shelf, report)


def record_of(shelf: Shelf) -> Record:
    record = shelf.bundles()[0].record
    assert record
    return record


async def test_a_backup_is_copied_to_both(
    place: Place, shelf: Shelf, second: Path, server: S3Server
) -> None:
    there = replace(place, second_folder=second, s3=server.place)
    made = (await asyncio.to_thread(back_up, there, "asked")).made
    content = made.file.read_bytes()
    assert (second / made.name).read_bytes() == content
    assert [each.name for each in Shelf(second).good()] == [made.name]
    assert server.stored() == {f"lab/{made.name}": content}
    assert [(each.kind, each.ok) for each in record_of(shelf).copies] == [
        ("folder", True),
        ("s3", True),
    ]
    state = shelf.state(copies_expected=True)
    assert state.last_copy
    assert Warning_.COPY_FAILED not in state.warnings
    assert Warning_.NO_COPY not in state.warnings
    assert Warning_.NO_COPY not in shelf.state().warnings  # whoever does not know the settings


async def test_a_bundle_that_was_brought_is_copied_once_it_was_verified(
    place: Place, second: Path
) -> None:
    made = (await asyncio.to_thread(back_up, place, "asked")).made
    made.file.with_suffix(".json").unlink()
    report = Report.nowhere(lambda _progress: None, lambda: False)
    await asyncio.to_thread(verifying.verify, place, made.file, report)
    await asyncio.to_thread(copied, replace(place, second_folder=second), made.file)
    assert (second / made.name).read_bytes() == made.file.read_bytes()


def test_nothing_elsewhere_is_a_warning(place: Place, shelf: Shelf, file: Path) -> None:
    assert Warning_.NO_COPY in shelf.state().warnings
    assert Warning_.COPY_FAILED in shelf.state(copies_expected=True).warnings


async def test_a_disk_that_is_not_mounted_is_not_written_to(
    place: Place, shelf: Shelf, tmp_path: Path
) -> None:
    there = replace(place, second_folder=tmp_path / "unmounted")
    with pytest.raises(CopyFailed, match="Is its disk mounted"):
        await asyncio.to_thread(back_up, there, "asked")
    assert not (tmp_path / "unmounted").exists()
    assert shelf.find("latest").is_good
    assert Warning_.COPY_FAILED in shelf.state(copies_expected=True).warnings
    assert shelf.state().last_failure


def test_one_place_that_fails_does_not_keep_the_other_from_its_copy(
    place: Place, shelf: Shelf, file: Path, tmp_path: Path, server: S3Server
) -> None:
    there = replace(place, second_folder=tmp_path / "unmounted", s3=server.place)
    with pytest.raises(CopyFailed):
        copied(there, file)
    assert list(server.stored()) == [f"lab/{file.name}"]
    assert [each.ok for each in record_of(shelf).copies] == [False, True]


@pytest.mark.parametrize(
    ("misbehave", "why"),
    [
        (s3_server.forget_last_part, "which are not the"),
        (s3_server.break_a_part, "which are not the"),
        (s3_server.refuse, "AccessDenied"),
    ],
)
def test_what_is_not_there_as_it_was_sent_is_no_copy(
    misbehave: s3_server.Answer, why: str, place: Place, file: Path, server: S3Server
) -> None:
    shelf = Shelf(place.folder)
    server.misbehave = misbehave
    with pytest.raises(CopyFailed, match=why):
        copied(replace(place, s3=server.place), file)
    assert not record_of(shelf).copies[0].ok
    server.misbehave = s3_server.behave
    assert server.begun() == 0
    copied(replace(place, s3=server.place), file)
    assert record_of(shelf).copies[0].ok
    assert bundle.check(bundle.read(file), nobody) == record_of(shelf).sha256


def test_what_is_damaged_by_now_does_not_take_the_place_of_a_good_copy(
    place: Place, shelf: Shelf, file: Path, second: Path, server: S3Server
) -> None:
    content = file.read_bytes()
    there = replace(place, s3=server.place, second_folder=second)
    copied(there, file)
    damage(file)
    with pytest.raises(CopyFailed) as refused, run_on(shelf) as report:
        copies.copy(there, shelf, file, report, again=True)
    assert refused.value.detail.count("is not what was verified") == 2
    assert refused.value.detail.count(f"Check the disk of {file.parent}.") == 2
    assert server.stored() == {f"lab/{file.name}": content}
    assert (second / file.name).read_bytes() == content
    assert server.begun() == 0
    assert [each.ok for each in record_of(shelf).copies] == [False, False]


def test_a_server_that_does_not_answer_is_given_up(
    place: Place, file: Path, server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "READ_S", 0.3)
    monkeypatch.setattr(s3, "ATTEMPTS", 1)

    def hang(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        server.over.wait(30)
        start("503 Service Unavailable", [])
        return []

    server.misbehave = hang
    with pytest.raises(CopyFailed, match="Read timeout"):
        copied(replace(place, s3=server.place), file)


def test_an_authority_that_nobody_knows_is_not_trusted(
    place: Place, file: Path, server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "ATTEMPTS", 1)
    with pytest.raises(CopyFailed, match="BACKUP_S3_CA"):
        copied(replace(place, s3=replace(server.place, ca=None)), file)
    assert server.stored() == {}


def test_a_bucket_that_is_not_there(place: Place, file: Path, server: S3Server) -> None:
    with pytest.raises(CopyFailed, match="NoSuchBucket"):
        copied(replace(place, s3=replace(server.place, bucket="other")), file)


def test_a_server_with_other_etags_is_read_back(
    place: Place, shelf: Shelf, file: Path, server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those are that encrypt with keys of a service."""
    monkeypatch.setattr("agentlab.operations.backup.s3.upload_parts", with_other_etag)
    copied(replace(place, s3=server.place), file)
    assert record_of(shelf).copies[0].ok


upload_parts = s3.upload_parts


def with_other_etag(*arguments: Any, **about: Any) -> str:
    return f"another-{upload_parts(*arguments, **about)}"


# --- what is old in the bucket


@pytest.fixture
def week(shelf: Shelf, place: Place) -> list[Path]:
    """Good bundles of seven days, the oldest first."""
    ours = keys.read(place.key)[0]
    return [put(shelf, ours, CREATED + timedelta(days=day)) for day in range(7)]


def strict(place: Place, server: S3Server) -> Place:
    return replace(place, s3=server.place, keep=Retention(days=3, minimum=2))


def test_old_copies_go_by_the_rules_of_the_shelf(
    place: Place, week: list[Path], server: S3Server
) -> None:
    for file in week:
        copied(strict(place, server), file)
    assert len(server.stored()) == len(week)
    pruned(strict(place, server))
    assert set(server.stored()) == {f"lab/{file.name}" for file in week[-3:]}


def refute(shelf: Shelf, files: list[Path]) -> None:
    for file in files:
        shelf.change(file, lambda old: old.model_copy(update={"proof": REFUTED}))


def test_what_a_proof_refuted_is_no_good_copy_anywhere(
    place: Place, shelf: Shelf, week: list[Path], second: Path, server: S3Server
) -> None:
    both = replace(strict(place, server), second_folder=second)
    for file in week:
        copied(both, file)
    refute(shelf, week[-3:])
    pruned(both)
    kept = {file.name for file in week[1:]}
    assert set(server.stored()) == {f"lab/{name}" for name in kept}
    assert {each.name for each in Shelf(second).bundles()} == kept


def test_of_what_proofs_refuted_the_newest_few_stay_everywhere(
    place: Place, shelf: Shelf, week: list[Path], second: Path, server: S3Server
) -> None:
    both = replace(strict(place, server), second_folder=second)
    for file in week:
        copied(both, file)
    refute(shelf, week[1:])
    with run_on(shelf):
        copies.let_go_of_refuted(both, shelf)
    kept = {file.name for file in (week[0], *week[-MOST_REFUTED:])}
    assert {each.name for each in shelf.bundles()} == kept
    assert {each.name for each in Shelf(second).bundles()} == kept
    assert set(server.stored()) == {f"lab/{name}" for name in kept}
    assert shelf.refuted() == {file.name for file in week[1:]}


def test_of_the_second_folder_what_is_not_ours_stays(
    place: Place, shelf: Shelf, week: list[Path], second: Path
) -> None:
    """It may be all that is left of another AgentLab; nor is it one of the fewest of ours."""
    strictly = replace(place, second_folder=second, keep=Retention(days=1, minimum=2))
    theirs = [put(Shelf(second), Identity.generate(), CREATED + at * HOUR) for at in (1, 25, 999)]
    for file in week:
        copied(strictly, file)
    pruned(strictly)
    assert left_in(second) == {file.name for file in (*theirs, *week[-2:])}
    refute(shelf, week[-2:])
    for each in theirs:
        shelf.keep(shelf.folder / each.name, Record(size=1, sha256="", proof=REFUTED))
    with run_on(shelf):
        copies.let_go_of_refuted(strictly, shelf)
    assert left_in(second) == {file.name for file in (*theirs, *week[-2:])}


def test_a_bundle_that_another_made_and_that_we_may_open_is_not_ours(
    place: Place, week: list[Path], second: Path
) -> None:
    strictly = replace(place, second_folder=second, keep=Retention(days=1, minimum=1))
    theirs = [str(Identity.generate().to_public()), owner_of(place)]
    made = put(Shelf(second), keys.read(place.key)[0], CREATED - HOUR, theirs)
    copied(strictly, week[-1])
    pruned(strictly)
    assert left_in(second) == {made.name, week[-1].name}


def left_in(folder: Path) -> set[str]:
    return {each.name for each in Shelf(folder).bundles()}


def test_a_copy_that_is_damaged_by_now_keeps_no_other_from_being_kept(
    place: Place, week: list[Path], second: Path
) -> None:
    strictly = replace(place, second_folder=second, keep=Retention(days=1, minimum=2))
    for file in week:
        copied(strictly, file)
    damage(second / week[-1].name)
    pruned(strictly)
    assert {each.name for each in Shelf(second).bundles()} == {each.name for each in week[-3:]}


def test_a_second_folder_that_went_is_not_made_anew(place: Place, tmp_path: Path) -> None:
    """Its disk is not mounted: what lay there now would hide behind it later."""
    gone = tmp_path / "mount" / "second"
    pruned(replace(place, second_folder=gone))
    assert not gone.parent.exists()


def test_of_the_bucket_what_is_not_ours_or_not_whole_stays(
    place: Place, week: list[Path], server: S3Server
) -> None:
    client, bucket = s3.client(server.place), server.place.bucket
    others = {
        f"lab/{week[0].name}": {"sha256": "0", "size": "3", "owner": "another"},
        f"lab/{week[1].name}": {"sha256": "0", "size": "9", "owner": owner_of(place)},
        f"lab/{week[2].name}": {"sha256": "0"},  # of a version that did not say whose
        "lab/notes.txt": {"owner": owner_of(place)},
        week[0].name: {"sha256": "0", "size": "3", "owner": owner_of(place)},
    }
    for key, about in others.items():
        client.put_object(Bucket=bucket, Key=key, Body=b"old", Metadata=about)
    for file in week[3:]:
        copied(strict(place, server), file)
    pruned(strict(place, server))
    assert set(server.stored()) == {*others, *(f"lab/{file.name}" for file in week[-3:])}


def owner_of(place: Place) -> str:
    return str(keys.read(place.key)[0].to_public())


def test_the_newest_stay_whatever_the_rule_says(
    place: Place, week: list[Path], server: S3Server
) -> None:
    mild = replace(strict(place, server), keep=Retention(days=1, minimum=4))
    for file in week:
        copied(mild, file)
    pruned(mild)
    assert set(server.stored()) == {f"lab/{file.name}" for file in week[-4:]}


def test_a_key_that_may_not_delete_makes_copies_all_the_same(
    place: Place,
    shelf: Shelf,
    week: list[Path],
    server: S3Server,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.misbehave = s3_server.keep_everything
    for file in week:
        copied(strict(place, server), file)
    pruned(strict(place, server))
    server.misbehave = s3_server.behave
    assert len(server.stored()) == len(week)
    assert record_of(shelf).copies[0].ok
    assert "backup_copies_not_pruned" in caplog.text
    assert "Allow the key to list and to delete" in caplog.text
