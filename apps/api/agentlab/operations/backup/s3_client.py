"""How S3-compatible storage is spoken to, whatever is put there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.config import _RetryDict
    from types_boto3_s3 import S3Client

    from agentlab.operations.backup.place import S3


def open_client(there: S3, *, connect_s: float, read_s: float, retries: _RetryDict) -> S3Client:
    # Here, and not above: it takes a second and much memory to load, and most do without.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        "s3",
        endpoint_url=there.endpoint,
        region_name=there.region,
        aws_access_key_id=there.access_key,
        aws_secret_access_key=there.secret_key,
        verify=str(there.ca) if there.ca else True,
        config=Config(
            connect_timeout=connect_s,
            read_timeout=read_s,
            retries=retries,
            s3={"addressing_style": "path"},
            # What only newer servers understand is left out where it is not asked for.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
