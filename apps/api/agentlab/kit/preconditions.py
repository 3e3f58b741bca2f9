"""Two editors at once: a change names the version that it was made from (RFC 9110, 13.1)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from agentlab.errors import PreconditionFailed, PreconditionRequired


class ChangedMeanwhile(PreconditionFailed):
    code = "changed_meanwhile"


class VersionMissing(PreconditionRequired):
    code = "if_match_missing"


def etag_of(version: int) -> str:
    return f'"{version}"'


def tag(response: Response, version: int) -> None:
    """Say in the reply which version it shows."""
    response.headers["ETag"] = etag_of(version)


async def version_named(
    if_match: Annotated[str | None, Header(description="The `ETag` that was read, or `*`.")] = None,
) -> int | None:
    """The version in `If-Match`; None for `*`, which stands for whatever there is.

    Raises:
        VersionMissing: without the header.
        ChangedMeanwhile: for a tag that none of ours can be.
    """
    if if_match is None:
        raise VersionMissing(
            "Say which version you changed: send the `ETag` that you read as `If-Match`."
        )
    if if_match.strip() == "*":
        return None
    found = re.fullmatch(r'\s*"(\d{1,9})"\s*', if_match)
    if found is None:
        raise ChangedMeanwhile("`If-Match` names no version of this. Read it again.")
    return int(found[1])


def need_unchanged(current: int, named: int | None) -> None:
    """Raise `ChangedMeanwhile` unless the version that was read is the one that is there."""
    if named is not None and named != current:
        raise ChangedMeanwhile(
            "This was changed meanwhile, so nothing was saved. Read it again and compare."
        )


IfMatch = Annotated[int | None, Depends(version_named)]
"""The version that a change was made from, as a route parameter."""
