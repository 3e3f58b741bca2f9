"""A spreadsheet to begin with: the columns, and three rows that show how they are filled in."""

import csv
import io

from agentlab.portfolio.spreadsheets.columns import HEADERS, Column, Language

ENGLISH = (
    {
        Column.CLIENT: "Maison Lumière",
        Column.DOMAIN: "other",
        Column.SERVICE: "Reading",
        Column.SERVICE_DESCRIPTION: "What the house publishes and reads.",
        Column.CATEGORIES: "web, data",
        Column.PROJECT: "Feed reader",
        Column.KEY: "READER",
        Column.DESCRIPTION: "Reads feeds without tracking.",
        Column.TYPE: "new",
        Column.IMPLEMENTATION_TYPE: "automation",
        Column.USER_CATEGORIES: "customers",
        Column.STATUS: "active",
    },
    {
        Column.CLIENT: "Maison Lumière",
        Column.SERVICE: "Reading",
        Column.PROJECT: "Morning newsletter",
        Column.TYPE: "existing",
        Column.STATUS: "blocked",
        Column.STATUS_REASON: "Waits for the contract.",
    },
    {Column.CLIENT: "Clinique Saint-Roch", Column.DOMAIN: "healthcare"},
)
FRENCH = (
    {
        **ENGLISH[0],
        Column.SERVICE: "Lecture",
        Column.SERVICE_DESCRIPTION: "Ce que la maison publie et lit.",
        Column.PROJECT: "Lecteur de flux",
        Column.KEY: "LECTEUR",
        Column.DESCRIPTION: "Lit des flux sans pister personne.",
        Column.TYPE: "nouveau",
        Column.STATUS: "actif",
    },
    {
        Column.CLIENT: "Maison Lumière",
        Column.SERVICE: "Lecture",
        Column.PROJECT: "Newsletter du matin",
        Column.TYPE: "existant",
        Column.STATUS: "bloqué",
        Column.STATUS_REASON: "En attente du contrat.",
    },
    ENGLISH[2],
)


def template(language: Language) -> bytes:
    """As a spreadsheet program of that language opens it with a double click."""
    is_french = language is Language.FRENCH
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";" if is_french else ",")
    writer.writerow(HEADERS[column][is_french] for column in Column)
    for row in FRENCH if is_french else ENGLISH:
        writer.writerow(row.get(column, "") for column in Column)
    return written.getvalue().encode("utf-8-sig")
