"""Import of clients, services and projects from a spreadsheet: dry run, then all or nothing."""

import asyncio
import gzip
import time
from collections import Counter
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from agentlab.audit.models import AuditEntry
from agentlab.auth.models import Role
from agentlab.context import Context
from agentlab.portfolio.models import Client, Project, Service, ServiceCategory, Standing
from agentlab.portfolio.standings import find_missing
from tests.portfolio.test_contacts import trail
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, parsed, refusal
from tests.support.portfolio import portfolio_of, put_in_bin
from tests.support.statements import recorded

HEADER = "client;domain;service;categories;project;key;type;status;owner_email"
TWO = (
    f"{HEADER}\n"
    "Maison Lumière;other;Reading;web,data;Feed reader;READER;new;active;bob@example.com\n"
    "Maison Lumière;;Reading;;Morning newsletter;;existing;draft;\n"
)


async def send(
    browser: Browser, where: str, content: str | bytes, *, compressed: bool = False
) -> httpx.Response:
    body = content.encode() if isinstance(content, str) else content
    headers = {"Content-Type": "text/csv"} | ({"Content-Encoding": "gzip"} if compressed else {})
    sent = gzip.compress(body) if compressed else body
    return await browser.http.post(f"/api/v1/spreadsheets/{where}", content=sent, headers=headers)


async def inspect(browser: Browser, content: str | bytes) -> Any:
    return parsed(await send(browser, "inspection", content))


async def do_import(browser: Browser, content: str | bytes) -> Any:
    return parsed(await send(browser, "import", content))


def wrong(report: dict[str, Any]) -> list[tuple[int, str | None, str]]:
    return [
        (row["row"], error["column"], error["wrong"])
        for row in report["rows"]
        for error in row["errors"]
    ]


async def projects(context: Context) -> dict[str, Project]:
    async with context.sessions() as db:
        return {project.name: project for project in await db.scalars(select(Project))}


async def test_a_dry_run_says_what_each_row_makes_and_makes_nothing(
    bob: Browser, context: Context
) -> None:
    report = await inspect(bob, TWO)
    assert report["creates"] == {"clients": 1, "services": 1, "projects": 2}
    assert [row["creates"] for row in report["rows"]] == [
        ["client", "service", "project"],
        ["project"],
    ]
    assert [row["key"] for row in report["rows"]] == ["READER", "MORNING-NEWSLETTER"]
    assert (report["errors_total"], report["already_there"]) == (0, 0)
    assert await bob.read("/portfolio") == {"clients": []}
    assert await trail(context) == []


async def test_an_import_makes_all_of_it(bob: Browser, context: Context) -> None:
    result = await do_import(bob, TWO)
    assert result["created"] == {"clients": 1, "services": 1, "projects": 2}
    assert [project["key"] for project in result["projects"]] == ["READER", "MORNING-NEWSLETTER"]
    (client,) = (await bob.read("/portfolio"))["clients"]
    assert client["id"] == result["clients"][0]["id"]
    assert len(client["services"][0]["projects"]) == 2
    made = (await projects(context))["Feed reader"]
    assert (made.type, made.status, made.version) == ("new", "active", 1)
    assert str(made.owner_id) == (await bob.read("/session"))["id"]
    async with context.sessions() as db:
        assert len(list(await db.scalars(select(ServiceCategory)))) == 2
        assert await find_missing(db) == []


async def test_each_row_stands_in_the_trail(bob: Browser, context: Context) -> None:
    await do_import(bob, TWO)
    entries = await trail(context)
    assert Counter(action for action, _, _ in entries) == {
        "client.created": 1,
        "service.created": 1,
        "project.created": 2,
        "spreadsheet.imported": 1,
    }
    assert entries[-1][2]["after"] == {"rows": 2, "clients": 1, "services": 1, "projects": 2}


async def test_the_trail_says_of_each_what_a_form_would_have_said(
    bob: Browser, context: Context
) -> None:
    await do_import(bob, TWO)
    said: dict[str, list[dict[str, Any]]] = {}
    for action, _, detail in await trail(context):
        said.setdefault(action, []).append(detail["after"])
    (client,), (service,) = said["client.created"], said["service.created"]
    assert (client["name"], set(client)) == ("Maison Lumière", {"name", "domain_id"})
    assert (service["name"], len(service["category_ids"])) == ("Reading", 2)
    reader, newsletter = said["project.created"]
    made = (await projects(context))["Feed reader"]
    assert (reader["name"], reader["key"], reader["type"]) == ("Feed reader", "READER", "new")
    assert (reader["status"], reader["owner_id"]) == ("active", str(made.owner_id))
    assert set(newsletter) == {"name", "key", "type", "status"}


async def test_the_same_file_again_makes_nothing(bob: Browser, context: Context) -> None:
    await do_import(bob, TWO)
    before = len(await trail(context))
    report = await inspect(bob, TWO)
    assert report["already_there"] == 2
    assert [row["key"] for row in report["rows"]] == ["READER", "MORNING-NEWSLETTER"]
    result = await do_import(bob, TWO.replace("Maison Lumière", "MAISON LUMIÈRE"))
    assert result["created"] == {"clients": 0, "services": 0, "projects": 0}
    assert result["already_there"] == 2
    assert len(await trail(context)) == before


async def test_two_of_the_same_file_at_once_make_it_once(bob: Browser, context: Context) -> None:
    both = await asyncio.gather(*(do_import(bob, TWO) for _ in range(2)))
    assert sorted(result["created"]["projects"] for result in both) == [0, 2]
    assert len(await projects(context)) == 2


async def test_a_row_may_name_a_client_or_a_service_alone(bob: Browser) -> None:
    result = await do_import(bob, "client,service\nA,\nB,Reading\n,\nA,\n")
    assert result["created"] == {"clients": 2, "services": 1, "projects": 0}
    assert result["already_there"] == 1


@pytest.mark.parametrize(
    "content",
    [
        "client,service,project\nÉcole,Web,Site\n",
        "client;service;project\nÉcole;Web;Site\n",
        "client\tservice\tproject\r\nÉcole\tWeb\tSite\r\n",
        "\ufeffProjet;Nom du client;SERVICE\nSite;École;Web",
        "sep=;\r\nProject;Client;Service name\r\nSite;École;Web\r\n",
        '"client","service","project"\n"École","Web","Site"\n\n\n',
        "project_name,customer,service-name,comment\nSite,École,Web,whatever\n",
    ],
)
async def test_files_are_read_as_programs_write_them(bob: Browser, content: str) -> None:
    (row,) = (await inspect(bob, content))["rows"]
    assert (row["client"], row["service"], row["project"]) == ("École", "Web", "Site")
    assert row["errors"] == []


async def test_white_space_around_a_name_is_an_error_of_its_row(bob: Browser) -> None:
    (row,) = (await inspect(bob, "client,service,project\n École ,Web,Site\n"))["rows"]
    assert row["client"] == " École "
    assert [error["column"] for error in row["errors"]] == ["client"]


async def test_headers_and_values_are_understood_in_french(bob: Browser, context: Context) -> None:
    content = (
        "Client;Domaine;Service;Catégories;Projet;Clé;Type;Type de réalisation;"
        "Catégories d\u2019utilisateurs;Statut;Motif du statut;E-mail du responsable\n"
        "École;Education;Web;Data|AI;Site;ecole-1;Nouveau;rag;Customers, employees;Bloqué;"
        "En attente;BOB@example.com\n"
    )
    report = await inspect(bob, content)
    assert (wrong(report), report["ignored_columns"]) == ([], [])
    await do_import(bob, content)
    made = (await projects(context))["Site"]
    assert (made.key, made.type, made.status, made.status_reason) == (
        "ECOLE-1",
        "new",
        "blocked",
        "En attente",
    )
    assert len(made.user_category_ids) == 2
    (began,) = (await bob.read(f"/projects/{made.id}/transitions"))["items"]
    assert (began["from_value"], began["to_value"]) == (None, "blocked")
    assert (began["reason"], began["by"]["name"]) == ("En attente", "Bob Noyce")


async def test_the_history_names_the_agent_who_imported(
    bob: Browser, app: FastAPI, context: Context
) -> None:
    async with Agent(app, await token_of(bob)) as agent:
        await do_import(agent, TWO)
    made = (await projects(context))["Feed reader"]
    (began,) = (await bob.read(f"/projects/{made.id}/transitions"))["items"]
    assert (began["by"]["name"], began["token"]) == ("Bob Noyce", "Claude Code")


async def test_the_columns_that_are_not_understood_are_named(bob: Browser) -> None:
    report = await inspect(bob, "client,budget,,colour\nA,12,,red\n")
    assert report["ignored_columns"] == ["budget", "colour"]
    assert report["columns"] == ["client"]


async def test_quoted_line_breaks_keep_their_row(bob: Browser, context: Context) -> None:
    content = 'client,service,project,description\nA,B,C,"one\n; two, ""three"""\nA,B,,x\n'
    report = await inspect(bob, content)
    assert wrong(report) == [(3, "project", "required")]
    await do_import(bob, content.replace("A,B,,x\n", ""))
    assert (await projects(context))["C"].description == 'one\n; two, "three"'


@pytest.mark.parametrize(
    "name",
    [
        "=HYPERLINK(1)",
        "+1",
        "-2",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        "'; DROP TABLE projects; --",
        "مشروع القراءة",
        "👩🏽‍🚀 n° 1",
        "İstanbul",
        "x" * 200,
    ],
)
async def test_text_is_kept_as_given(bob: Browser, context: Context, name: str) -> None:
    content = f"client,service,project\n{name},{name},{name}\n"
    result = await do_import(bob, content)
    assert result["created"] == {"clients": 1, "services": 1, "projects": 1}
    assert list(await projects(context)) == [name]
    assert (await do_import(bob, content))["already_there"] == 1


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (";;Web;;Site;;;;", [("client", "required")]),
        ("A;;;;Site;;;;", [("service", "required")]),
        ("A;;;;;;new;;", [("service", "required"), ("project", "required")]),
        ("A;;Web;;;KEY;;;", [("project", "required")]),
        (f"{'x' * 201};;Web;;Site;;;;", [("client", "too_long")]),
        ('"A\nB";;Web;;Site;;;;', [("client", "invalid_text")]),
        ("A\0;;Web;;Site;;;;", [("client", "invalid_text")]),
        ("A;;Web;;Site;K\0;;;", [("key", "invalid_text")]),
        ("A;;Web;;Site\x1b[2J;;;;", [("project", "invalid_text")]),
        ("A;;Web;;Site;;;;;;x", [(None, "too_many_cells")]),
        ("A;magic;Web;;Site;;;;", [("domain", "unknown_value")]),
        ("A;finance,other;Web;;Site;;;;", [("domain", "unknown_value")]),
        ("A;;Web;web,magic;Site;;;;", [("categories", "unknown_value")]),
        ("A;;Web;;Site;;old;;", [("type", "unknown_value")]),
        ("A;;Web;;Site;;;lost;", [("status", "unknown_value")]),
        ("A;;Web;;Site;;;blocked;", [("status_reason", "required")]),
        ("A;;Web;;Site;1-A;;;", [("key", "key_form")]),
        (f"A;;Web;;Site;{'K' * 25};;;", [("key", "key_form")]),
        ("A;;Web;;Site;;;;nobody@example.com", [("owner_email", "unknown_person")]),
        ("A;;Web;;Site;;;;vera@example.com", [("owner_email", "unknown_person")]),
        (
            "A;;Web;;Site;?;x;y;z",
            [
                ("status", "unknown_value"),
                ("key", "key_form"),
                ("type", "unknown_value"),
                ("owner_email", "unknown_person"),
            ],
        ),
    ],
)
async def test_what_is_wrong_is_said_with_the_column(
    *, bob: Browser, vera: Browser, context: Context, row: str, expected: list[tuple[str, str]]
) -> None:
    content = f"{HEADER}\nGood;;Web;;Other;;;;\n{row}\n"
    report = await inspect(bob, content)
    assert wrong(report) == [(3, column, what) for column, what in expected]
    assert all(error["detail"] for error in report["rows"][1]["errors"])
    assert refusal(await send(bob, "import", content)) == (422, "spreadsheet_has_errors")
    assert await bob.read("/portfolio") == {"clients": []}
    assert await trail(context) == []


async def test_rows_at_odds_with_each_other_are_found(bob: Browser) -> None:
    content = (
        "client,domain,service,service_description,categories,project,key\n"
        "A,finance,Web,First,web,Site,SITE\n"
        "a,other,WEB,Second,data,Shop,SITE\n"
        "A,,Web,,,site,\n"
        "A,finance,Web,First,web,Forum,\n"
    )
    report = await inspect(bob, content)
    assert wrong(report) == [
        (3, "domain", "contradicts"),
        (3, "service_description", "contradicts"),
        (3, "categories", "contradicts"),
        (3, "key", "key_taken"),
        (4, "project", "same_project_twice"),
    ]
    assert {error["other_row"] for row in report["rows"] for error in row["errors"]} == {2}


async def test_a_retired_value_is_not_offered(ada: Browser, bob: Browser) -> None:
    items = (await ada.read("/reference/business_domain"))["items"]
    finance = next(item for item in items if item["code"] == "finance")
    await ada.do(f"/reference-items/{finance['id']}/retirement")
    report = await inspect(bob, "client,domain\nA,Finance\n")
    assert wrong(report) == [(2, "domain", "retired_value")]


async def test_keys_are_unique_among_all(bob: Browser, context: Context) -> None:
    place = await portfolio_of(context, "Somebody else")
    await put_in_bin(context, Project, place.project_id)
    taken = (await projects(context))["Reader"].key
    content = f"client,service,project,key\nA,B,C,{taken.lower()}\nA,B,D,\nA,C,D,\nA,B,E,D\n"
    report = await inspect(bob, content)
    assert wrong(report) == [(2, "key", "key_taken")]
    assert [row["key"] for row in report["rows"][1:]] == ["D-2", "D-3", "D"]


async def test_a_project_that_is_there_keeps_its_key(bob: Browser) -> None:
    await do_import(bob, TWO)
    report = await inspect(bob, TWO.replace("READER", "OTHER"))
    assert wrong(report) == [(2, "key", "key_differs")]
    assert "READER" in report["rows"][0]["errors"][0]["detail"]


async def test_nothing_that_is_there_is_changed(bob: Browser, context: Context) -> None:
    await do_import(bob, TWO)
    more = TWO.replace(";active;", ";completed;") + "Maison Lumière;;Reading;;Third;;;;\n"
    assert (await do_import(bob, more))["created"]["projects"] == 1
    assert (await projects(context))["Feed reader"].status == "active"


async def test_nothing_is_made_in_the_archive_or_the_bin(bob: Browser, context: Context) -> None:
    place = await portfolio_of(context, "A")
    await put_in_bin(context, Client, place.client_id)
    assert (await inspect(bob, "client\nA\n"))["creates"]["clients"] == 1
    place = await portfolio_of(context, "B")
    async with context.engine.begin() as connection:
        archived = Service.__table__.update().where(Service.id == place.service_id)  # type: ignore[attr-defined]
        await connection.execute(archived.values(archived_at=Service.created_at))
    report = await inspect(bob, "client,service,project\nB,Reading,New\n")
    assert wrong(report) == [(2, "service", "archived")]


async def test_one_makes_clients_only_when_one_sees_them_all(
    bob: Browser, context: Context
) -> None:
    mine = await portfolio_of(context, "Mine")
    await portfolio_of(context, "Hidden")
    await only_assigned(context, bob, str(mine.client_id))
    content = "client,service,project\nMine,Reading,New\nHidden,Reading,New\nNobody's,Reading,New\n"
    report = await inspect(bob, content)
    assert wrong(report) == [(3, "client", "client_not_yours"), (4, "client", "client_not_yours")]
    assert (await do_import(bob, "client,service,project\nMine,X,New\n"))["created"] == {
        "clients": 0,
        "services": 1,
        "projects": 1,
    }


async def test_an_owner_has_to_see_the_client(ada: Browser, bob: Browser, context: Context) -> None:
    mine = await portfolio_of(context, "Mine")
    await portfolio_of(context, "Hidden")
    await only_assigned(context, bob, str(mine.client_id))
    content = (
        "client,service,project,owner\nMine,Reading,New,bob@example.com\n"
        "Hidden,Reading,New,bob@example.com\nHidden,Reading,Other,ada@example.com\n"
    )
    report = await inspect(ada, content)
    assert wrong(report) == [(3, "owner_email", "person_does_not_see_client")]


async def test_whether_a_stranger_has_an_account_is_not_told(
    ada: Browser, bob: Browser, app: FastAPI, context: Context
) -> None:
    """Eve sees another client only: for Bob, her address is as good as one of nobody."""
    mine, other = [await portfolio_of(context, name) for name in ("Mine", "Other")]
    await only_assigned(context, bob, str(mine.client_id))
    async with Browser(app) as eve:
        await eve.join(context, "Eve", "eve@example.com", Role.PRODUCT_OWNER)
        await only_assigned(context, eve, str(other.client_id))
    content = "client,service,project,owner\nMine,Reading,New,eve@example.com\n"
    assert wrong(await inspect(bob, content)) == [(2, "owner_email", "unknown_person")]
    report = await inspect(ada, content)
    assert wrong(report) == [(2, "owner_email", "person_does_not_see_client")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "invalid_input"),
        (b"\n", "client_column_missing"),
        (b"name,service\nA,B\n", "client_column_missing"),
        (b"client,customer\nA,B\n", "column_twice"),
        ("client\nÉcole\n".encode("cp1252"), "spreadsheet_not_utf8"),
        (b'client\n"A\nB\n', "spreadsheet_unreadable"),
        (b'client\n"A"B\n', "spreadsheet_unreadable"),
        (b"client\n" + b"x" * 200_000, "spreadsheet_unreadable"),
        (b"PK\x03\x04 a workbook", "client_column_missing"),
    ],
)
async def test_what_is_no_spreadsheet_is_refused(bob: Browser, content: bytes, code: str) -> None:
    for where in ("inspection", "import"):
        assert refusal(await send(bob, where, content)) == (422, code)


async def test_where_a_file_breaks_off_is_said_by_its_line(bob: Browser) -> None:
    said = (await send(bob, "inspection", b'client\n"A"B\n')).json()
    assert (said["kind"], said["facts"]) == ("line", {"line": 2})
    twice = (await send(bob, "inspection", b"client,customer\nA,B\n")).json()
    assert (twice["field"], twice["facts"]) == ("client", {"column": "client"})


async def test_what_is_offered_instead_is_said_by_its_codes(bob: Browser) -> None:
    content = f"{HEADER}\nA;magic;Web;;{'x' * 201};;old;;\nA;magic;Web;;Site;;old;;\n"
    long, unknown = (await inspect(bob, content))["rows"]
    assert [error["facts"] for error in long["errors"]] == [{"most": 200}]
    offered = {error["column"]: error["facts"]["offered"] for error in unknown["errors"]}
    assert offered["type"] == ["new", "existing"]
    assert "finance" in offered["domain"]


async def test_a_file_that_is_too_large_is_refused(bob: Browser) -> None:
    rows = "client\n" + "A\n" * 10_001
    assert refusal(await send(bob, "inspection", rows)) == (413, "spreadsheet_too_large")
    assert refusal(await send(bob, "inspection", "x" * 1_100_000)) == (413, "body_too_large")
    bomb = b"client\n" + b"A" * 50_000_000
    refused = await send(bob, "inspection", bomb, compressed=True)
    assert refusal(refused) == (413, "spreadsheet_too_large")


async def test_a_compressed_file_may_be_larger_than_a_body(bob: Browser) -> None:
    content = "client,service_description,service\n" + f"A,{'x' * 9_000},B\n" * 200
    report = parsed(await send(bob, "inspection", content.encode(), compressed=True))
    assert report["creates"] == {"clients": 1, "services": 1, "projects": 0}
    headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
    for broken in (b"client\nA\n", gzip.compress(content.encode())[:-20]):
        refused = await bob.http.post(
            "/api/v1/spreadsheets/inspection", content=broken, headers=headers
        )
        assert refusal(refused) == (422, "spreadsheet_unreadable")


async def test_viewers_do_not_import(vera: Browser, anonymous: Browser) -> None:
    for where in ("inspection", "import"):
        assert refusal(await send(vera, where, TWO)) == (403, "forbidden")
        assert refusal(await send(anonymous, where, TWO))[0] == 401


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_template_can_be_imported(bob: Browser, vera: Browser, language: str) -> None:
    reply = await vera.get("/spreadsheets/template", language=language)
    assert reply.content.startswith(b"\xef\xbb\xbf")
    assert "agentlab.csv" in reply.headers["content-disposition"]
    report = await inspect(bob, reply.content)
    assert (wrong(report), report["ignored_columns"]) == ([], [])
    assert report["creates"] == {"clients": 2, "services": 1, "projects": 2}


def ten_thousand() -> str:
    lines = ["client,domain,service,categories,project,description,status,owner_email"]
    lines += [
        f"Client {n // 20},finance,Service {n // 5},web,Project {n},What it is about.,active,"
        "bob@example.com"
        for n in range(10_000)
    ]
    return "\n".join(lines)


async def test_ten_thousand_rows_are_imported_at_once(bob: Browser, context: Context) -> None:
    content = ten_thousand().encode()
    started = time.monotonic()
    report = parsed(await send(bob, "inspection", content, compressed=True))
    result = parsed(await send(bob, "import", content, compressed=True))
    imported = time.monotonic()
    assert report["creates"] == result["created"]
    assert result["created"] == {"clients": 500, "services": 2_000, "projects": 10_000}
    async with context.sessions() as db:
        assert len(list(await db.scalars(select(Standing.project_id)))) == 10_000
        assert len(list(await db.scalars(select(AuditEntry.sequence)))) == 12_501
    with recorded(context.engine) as many:
        parsed(await send(bob, "inspection", content, compressed=True))
    with recorded(context.engine) as few:
        await inspect(bob, TWO)
    assert len(many) == len(few)
    assert imported - started < 60  # it is a few seconds; machines that test may be busy


async def test_text_is_kept_as_given_and_white_space_around_names_is_an_error(
    ada: Browser, context: Context
) -> None:
    header = "client;service;project;description;type;owner_email\n"
    spaced = 'A;B ;\u00a0C;;;\n;;;" ";;\n'
    assert wrong(await inspect(ada, header + spaced)) == [
        (2, "service", "white_space_around"),
        (2, "project", "white_space_around"),
    ]
    text = "\n  It reads.\n\n"
    await do_import(ada, f'{header}A;B;C;"{text}"; New ; ada@example.com \n')
    made = (await projects(context))["C"]
    assert (made.description, made.type) == (text, "new")
