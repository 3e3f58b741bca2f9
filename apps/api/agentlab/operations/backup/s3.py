"""Copies in S3-compatible storage, over TLS. What is there is compared before it counts."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from agentlab.errors import Unavailable
from agentlab.operations.backup.bundle import CHUNK
from agentlab.operations.backup.s3_client import open_client
from agentlab.operations.backup.shelf import Record, Report, Step

if TYPE_CHECKING:
    from botocore.config import _RetryDict
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

    from agentlab.operations.backup.place import S3

PART_BYTES = 16 << 20
"""Of an upload in parts. 10,000 of them are allowed."""
MOST_PARTS = 10_000

CONNECT_S = 10
READ_S = 60
ATTEMPTS = 4


class S3Failed(Unavailable):
    code = "backup_s3_failed"


def client(there: S3) -> S3Client:
    retries: _RetryDict = {"total_max_attempts": ATTEMPTS, "mode": "standard"}
    return open_client(there, connect_s=CONNECT_S, read_s=READ_S, retries=retries)


def upload(there: S3, file: Path, record: Record, report: Report, *, owner: str) -> None:
    """Upload a bundle in parts, each with its checksum, and compare what the server has then.

    Args:
        there: the bucket.
        file: the bundle.
        record: what is known of it.
        report: told how far it is.
        owner: whose it is, which is said beside it.

    Raises:
        S3Failed: it is not there as it should be. An upload that was begun is given up.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    report.begin(Step.COPYING, record.size)
    where = f"{there.endpoint} (bucket {there.bucket})"
    try:
        s3 = client(there)
        about = {"sha256": record.sha256, "size": str(record.size), "owner": owner}
        expected = upload_parts(s3, there, file, record, report, about=about)
        compare(s3, there, file, record, expected)
    except ClientError as error:
        reason = error.response.get("Error", {})
        raise S3Failed(
            f"{where} answered {reason.get('Code')}: {reason.get('Message')}. Check the bucket, "
            "its rights and the keys."
        ) from error
    except (BotoCoreError, ValueError) as error:
        raise S3Failed(
            f"{where} could not be used: {str(error).rstrip('.')}. Check its address, the network "
            "and BACKUP_S3_CA."
        ) from error


def upload_parts(
    s3: S3Client, there: S3, file: Path, record: Record, report: Report, *, about: dict[str, str]
) -> str:
    """The ETag that the server has to name: the MD5 of the parts' MD5s, and their number.

    What the disk has changed since it was verified does not take the place of a good copy.
    """
    key = there.prefix + file.name
    begun = s3.create_multipart_upload(Bucket=there.bucket, Key=key, Metadata=about)
    upload_id = begun["UploadId"]
    try:
        parts: list[CompletedPartTypeDef] = []
        digests: list[bytes] = []
        read = hashlib.sha256()
        part_bytes = max(PART_BYTES, -(-record.size // MOST_PARTS))
        with file.open("rb") as stream:
            while piece := stream.read(part_bytes):
                read.update(piece)
                digest = hashlib.md5(piece, usedforsecurity=False).digest()
                sent = s3.upload_part(
                    Bucket=there.bucket,
                    Key=key,
                    UploadId=upload_id,
                    PartNumber=len(parts) + 1,
                    Body=piece,
                    ContentMD5=base64.b64encode(digest).decode(),
                )
                parts.append({"PartNumber": len(parts) + 1, "ETag": sent["ETag"]})
                digests.append(digest)
                report.add(len(piece))
        need_verified(there, file, record, read.hexdigest())
        s3.complete_multipart_upload(
            Bucket=there.bucket,
            Key=key,
            UploadId=upload_id,
            MultipartUpload={"Parts": parts},
        )
    except BaseException:
        give_up(s3, there, key, upload_id)
        raise
    whole = hashlib.md5(b"".join(digests), usedforsecurity=False).hexdigest()
    return f"{whole}-{len(digests)}"


def need_verified(there: S3, file: Path, record: Record, digest: str) -> None:
    """Raise where another file was read than the record is about."""
    if not record.is_of(digest):
        raise S3Failed(
            f"The copy in {there.endpoint} (bucket {there.bucket}) is not what was verified, and "
            f"was given up. Check the disk of {file.parent}."
        )


def give_up(s3: S3Client, there: S3, key: str, upload_id: str) -> None:
    """Parts of an upload that was not completed cost money until somebody removes them."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        s3.abort_multipart_upload(Bucket=there.bucket, Key=key, UploadId=upload_id)
    except (BotoCoreError, ClientError):
        return  # the reason that is raised says enough


def compare(s3: S3Client, there: S3, file: Path, record: Record, expected: str) -> None:
    """By size and checksum; read back from a server whose ETag is another one than S3's."""
    key = there.prefix + file.name
    found = s3.head_object(Bucket=there.bucket, Key=key)
    is_same = found["ContentLength"] == record.size and (
        found["ETag"].strip('"') == expected or digest_of(s3, there, key) == record.sha256
    )
    if not is_same:
        raise S3Failed(
            f"{there.endpoint} (bucket {there.bucket}) has {found['ContentLength']:,} bytes of "
            f"{file.name}, which are not the {record.size:,} that it was sent. Look at the "
            "bucket, and copy the bundle again."
        )


def digest_of(s3: S3Client, there: S3, key: str) -> str:
    digest = hashlib.sha256()
    for piece in s3.get_object(Bucket=there.bucket, Key=key)["Body"].iter_chunks(CHUNK):
        digest.update(piece)
    return digest.hexdigest()
