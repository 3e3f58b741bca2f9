from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Header, Response, status

from agentlab.auth.callers import ProductOwner, Viewer
from agentlab.kit.db import DB
from agentlab.kit.downloads import as_download
from agentlab.kit.problems import documents
from agentlab.portfolio.spreadsheets import service
from agentlab.portfolio.spreadsheets.columns import Language
from agentlab.portfolio.spreadsheets.schemas import SpreadsheetReport, SpreadsheetResult
from agentlab.portfolio.spreadsheets.table import (
    ClientColumnMissing,
    ColumnTwice,
    SpreadsheetNotUtf8,
    SpreadsheetTooLarge,
    SpreadsheetUnreadable,
)
from agentlab.portfolio.spreadsheets.template import template

router = APIRouter(tags=["spreadsheets"])
UNREADABLE = (
    ClientColumnMissing,
    ColumnTwice,
    SpreadsheetNotUtf8,
    SpreadsheetTooLarge,
    SpreadsheetUnreadable,
)


class Encoding(StrEnum):
    GZIP = "gzip"
    IDENTITY = "identity"


CSV = Annotated[
    bytes,
    Body(
        media_type="text/csv",
        json_schema_extra={"minLength": 1},
        description="A CSV file in UTF-8 of at most 5 MB and 10,000 rows, separated by `;`, `,` or "
        "tabs. Larger than 1 MiB, it has to be compressed with gzip.",
    ),
]
ContentEncoding = Annotated[Encoding, Header(description="`gzip` when the body is compressed.")]


@router.post("/spreadsheets/inspection", responses=documents(*UNREADABLE))
async def inspect_spreadsheet(
    body: CSV, owner: ProductOwner, db: DB, content_encoding: ContentEncoding = Encoding.IDENTITY
) -> SpreadsheetReport:
    """What an import of clients, services and projects would do, row by row. Changes nothing."""
    compressed = content_encoding is Encoding.GZIP
    return await service.inspect(db, body, compressed=compressed, by=owner)


@router.post(
    "/spreadsheets/import",
    status_code=status.HTTP_201_CREATED,
    responses=documents(
        *UNREADABLE, service.SpreadsheetHasErrors, service.PortfolioChangedMeanwhile
    ),
)
async def import_spreadsheet(
    body: CSV, owner: ProductOwner, db: DB, content_encoding: ContentEncoding = Encoding.IDENTITY
) -> SpreadsheetResult:
    """Make what the file names and is not there: all of it, or nothing. Changes nothing else."""
    compressed = content_encoding is Encoding.GZIP
    return await service.import_all(db, body, compressed=compressed, by=owner)


@router.get(
    "/spreadsheets/template",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def get_spreadsheet_template(_: Viewer, language: Language = Language.ENGLISH) -> Response:
    """A CSV file with all columns and three rows that show how they are filled in."""
    return as_download(template(language), "agentlab.csv")
