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


class Tag:
    """Says in the reply which version it shows."""

    def __init__(self, response: Response) -> None:
        self._headers = response.headers

    def __call__(self, version: int) -> None:
        self._headers["ETag"] = etag_of(version)


async def tagging(response: Response) -> Tag:
    return Tag(response)


async def version_named(
    if_match: Annotated[str | None, Header(description="The `ETag` that was read, or `*`.")] = None,
) -> int | None:
    """The version in `If-Match`; None for `*`, which stands for whatever there is.

    A proxy that compresses a reply makes its tag a weak one: `W/"3"` names the same version.

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
    found = re.fullmatch(r'\s*(?:W/)?"([0-9]{1,9})"\s*', if_match)
    if found is None:
        raise ChangedMeanwhile("`If-Match` names no version of this. Read it again.")
    return int(found[1])


async def version_if_named(
    if_match: Annotated[
        str | None, Header(description="The `ETag` that was read; without it, whatever is there.")
    ] = None,
) -> int | None:
    """The version in `If-Match`, where it may be left out. Raises ChangedMeanwhile as above."""
    return None if if_match is None else await version_named(if_match)


def need_unchanged(current: int, named: int | None) -> None:
    """Raise `ChangedMeanwhile` unless the version that was read is the one that is there."""
    if named is not None and named != current:
        raise ChangedMeanwhile(
            "This was changed meanwhile, so nothing was saved. Read it again and compare."
        )


Tagging = Annotated[Tag, Depends(tagging)]
"""What a route says its version with, as its parameter: OpenAPI names the header then."""
IfMatch = Annotated[int | None, Depends(version_named)]
"""The version that a change was made from, as a route parameter."""
IfMatchGiven = Annotated[int | None, Depends(version_if_named)]
"""The same where it may be left out: for moves, states, links and deletions."""
