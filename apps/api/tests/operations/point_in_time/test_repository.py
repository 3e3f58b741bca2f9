"""When a base backup is due, what an archive lacks, and how the one elsewhere is reached."""

from datetime import UTC, datetime, timedelta

import pytest

from agentlab.errors import InvalidInput
from agentlab.operations.backup import keys
from agentlab.operations.backup.place import S3
from agentlab.operations.point_in_time.keeper import has_turned
from agentlab.operations.point_in_time.repository import (
    BaseBackup,
    Kind,
    S3Unsafe,
    configuration_of,
    due,
    number_of,
    passphrase_of,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
THERE = S3("https://s3.example.com", "safe", "us-east-1", "agentlab/", "me", "secret")


def made(kind: str, **ago: float) -> BaseBackup:
    at = NOW - timedelta(**ago)
    return BaseBackup("20261129", kind, at, at, "000000010000000000000001")


@pytest.mark.parametrize(
    ("backups", "is_apart", "expected"),
    [
        ([], False, "full"),
        ([made("full", hours=1)], False, None),
        ([made("full", hours=1)], True, "diff"),
        ([made("full", days=2)], False, "diff"),
        ([made("full", days=2), made("diff", hours=3)], False, None),
        ([made("full", days=-3_000)], False, "diff"),  # pgBackRest would refuse a full one
        ([made("full", hours=1), made("full", days=-3_000)], False, None),
        ([made("full", hours=1), made("full", days=-3_000)], True, "diff"),
        ([made("full", days=9), made("full", days=-3_000)], False, "diff"),
        ([made("full", days=9), made("full", days=-3_000), made("diff", hours=1)], False, None),
        ([made("full", days=7), made("diff", hours=3)], False, "full"),
    ],
)
def test_a_base_backup_is_due(
    backups: list[BaseBackup], *, is_apart: bool, expected: Kind | None
) -> None:
    assert due(backups, NOW, is_apart=is_apart) == expected


def test_a_restore_begins_a_timeline_that_wants_a_base_backup() -> None:
    backups = [made("full", hours=1)]
    assert not has_turned(backups, "000000010000000000000007")
    assert has_turned(backups, "000000020000000000000007")
    assert not has_turned(backups, "00000002.history")


def test_segments_are_counted_over_timelines() -> None:
    assert number_of("0000000100000000000000FF-0a1b.zst") == 255
    assert number_of("000000020000000100000000-0a1b.zst") == 256
    assert number_of("00000002.history") == number_of("archive.info") == -1


def test_the_archive_elsewhere_is_encrypted_and_over_tls() -> None:
    key = keys.new()
    identity = key.splitlines()[-1]
    assert passphrase_of(key) == passphrase_of(f"{identity}\n")  # as --key hands it over
    text = configuration_of(THERE, passphrase_of(key))
    assert "repo1-cipher-type=aes-256-cbc" in text
    assert identity not in text
    with pytest.raises(S3Unsafe):
        configuration_of(S3(**vars(THERE) | {"endpoint": "http://s3.example.com"}), "x")
    with pytest.raises(InvalidInput, match="more than one line"):
        configuration_of(S3(**vars(THERE) | {"bucket": "safe\nrepo1-path=/"}), "x")
