"""Old copies in a bucket go by the rules of the shelf. What is not ours, or not whole, stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agentlab.kit import logging
from agentlab.operations.backup import retention, s3
from agentlab.operations.backup.shelf import NAME, KeptBundle, Record, in_order, made_at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from types_boto3_s3 import S3Client

    from agentlab.operations.backup.place import S3, Retention

log = logging.get(__name__)


def prune(there: S3, keep: Retention, refuted: Collection[str], *, owners: Collection[str]) -> None:
    """Remove what need not be kept of what `owners` have put there. Only after a success."""
    remove(there, owners, lambda copies: retention.outdated(copies, keep, refuted))


def let_go(there: S3, refuted: Collection[str], *, owners: Collection[str]) -> None:
    """Remove what was refuted of what `owners` have put there, all but the newest few."""
    remove(there, owners, lambda copies: retention.surplus(copies, refuted))


def remove(
    there: S3,
    owners: Collection[str],
    chosen: Callable[[list[KeptBundle]], list[KeptBundle]],
) -> None:
    """Remove those that are chosen of what `owners` have put there, newest first.

    It may be refused: a key that cannot delete protects backups from who steals it. Then that is
    said, and the backup is one all the same.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        client = s3.client(there)
        for each in chosen(in_order(copies_of(owners, there, client))):
            client.delete_object(Bucket=there.bucket, Key=there.prefix + each.name)
            log.info("backup_copy_pruned", bucket=there.bucket, backup=each.name)
    except (BotoCoreError, ClientError, ValueError) as error:
        log.warning(
            "backup_copies_not_pruned",
            bucket=there.bucket,
            reason=str(error),
            remedy="Allow the key to list and to delete, or let a rule of the bucket expire them.",
        )


def copies_of(owners: Collection[str], there: S3, client: S3Client) -> Iterator[KeptBundle]:
    """As they would lie on a shelf: good ones are as long as what was sent."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=there.bucket, Prefix=there.prefix
    )
    for key in (each["Key"] for page in pages for each in page.get("Contents", [])):
        name = key.removeprefix(there.prefix)
        if not NAME.fullmatch(name):
            continue
        found = client.head_object(Bucket=there.bucket, Key=key)
        about = found["Metadata"]
        if about.get("owner") in owners:
            made = made_at(name)
            size = int(about.get("size", -1))
            sent = Record(size=size, sha256=about.get("sha256", ""), verified_at=made)
            yield KeptBundle(Path(name), found["ContentLength"], made, None, sent, trouble=None)
