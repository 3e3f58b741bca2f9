"""`agentlab audit` and `agentlab privacy`, run as a person runs them."""

import json
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.audit.trail import record
from agentlab.context import Context
from tests.audit.test_verification import tamper
from tests.cli.test_commands import Terminal, terminal
from tests.support.browser import Browser
from tests.support.levels import a_client

__all__ = ["terminal"]


async def write_some(context: Context) -> None:
    for number in range(5):
        async with context.sessions.begin() as db:
            record(db, "client.created", label=f"Client {number}", after={"name": "é"})


def only_zip_in(folder: Path) -> zipfile.ZipFile:
    (file,) = folder.glob("agentlab-export-*.zip")
    return zipfile.ZipFile(file)


async def test_a_whole_trail_is_said_to_be_whole(
    terminal: Terminal, ada: Browser, context: Context
) -> None:
    await write_some(context)
    code, output, _ = await terminal.run("audit", "verify")
    assert code == 0
    assert "5 entries checked." in output
    assert "nothing was edited, removed or reordered" in output
    assert (await ada.read("/audit/verification"))["last"]["checked"] == 5


async def test_what_was_done_to_the_trail_is_said_and_fails(
    terminal: Terminal, context: Context, owner: AsyncEngine
) -> None:
    await write_some(context)
    await tamper(owner, "UPDATE audit_entries SET label = 'x' WHERE sequence = 2")
    code, output, _ = await terminal.run("audit", "verify")
    assert code == 1
    assert "✗ Entry 2 was changed." in output
    code, output, _ = await terminal.run("audit", "verify", "--json")
    found: dict[str, Any] = json.loads(output)
    assert (code, found["whole"]) == (1, False)
    assert found["troubles"] == [{"kind": "entry_changed", "sequence": 2, "until": None}]


async def test_a_head_that_was_written_down_finds_a_cut(
    terminal: Terminal, context: Context, owner: AsyncEngine
) -> None:
    await write_some(context)
    _, output, _ = await terminal.run("audit", "verify", "--json")
    head = json.loads(output)["head"]
    assert (await terminal.run("audit", "verify", "--expect-head", head))[0] == 0
    await tamper(
        owner,
        "DELETE FROM audit_verifications",
        "DELETE FROM audit_details WHERE sequence = 5",
        "DELETE FROM audit_entries WHERE sequence = 5",
    )
    assert (await terminal.run("audit", "verify"))[0] == 0
    code, output, _ = await terminal.run("audit", "verify", "--expect-head", head)
    assert code == 1
    assert "Entry 5 is not the one that an earlier verification found there." in output


async def test_a_head_that_is_none_is_refused(terminal: Terminal) -> None:
    code, _, errors = await terminal.run("audit", "verify", "--expect-head", "nonsense")
    assert (code, "SEQUENCE:HASH" in errors) == (1, True)


async def test_the_trail_is_exported(terminal: Terminal, context: Context, tmp_path: Path) -> None:
    await write_some(context)
    code, output, _ = await terminal.run("audit", "export")
    assert code == 0
    assert [json.loads(line)["sequence"] for line in output.splitlines()] == [5, 4, 3, 2, 1]
    file = tmp_path / "trail.csv"
    words = ("audit", "export", "--format", "csv", "--to", "2020-01-01", "--out", str(file))
    assert (await terminal.run(*words))[0] == 0
    assert file.read_text(encoding="utf-8").startswith("sequence,at,actor_kind")


async def test_a_person_is_exported_and_erased(
    terminal: Terminal, bob: Browser, context: Context, tmp_path: Path
) -> None:
    words = ("privacy", "export", "BOB@example.com", "--folder", str(tmp_path))
    code, output, _ = await terminal.run(*words)
    assert code == 0, output
    found = json.loads(only_zip_in(tmp_path).read("person.json"))
    assert found["account"][0]["name"] == "Bob Noyce"
    code, _, errors = await terminal.run("privacy", "erase", "bob@example.com", typed="no\n")
    assert (code, "Nothing was erased" in errors) == (1, True)
    code, output, _ = await terminal.run("privacy", "erase", "bob@example.com", "--yes")
    assert code == 0
    assert "Erased 1 account" in output
    async with context.engine.connect() as connection:
        names = await connection.scalars(text("SELECT name FROM users ORDER BY name"))
    assert names.all() == ["Ada Lovelace", "Erased person"]
    assert (await terminal.run("audit", "verify"))[0] == 0


async def test_a_deleted_contact_is_exported_and_erased(
    terminal: Terminal, ada: Browser, tmp_path: Path
) -> None:
    client = await a_client(ada)
    grace = {"name": "Grace Hopper", "email": "Grace@example.com"}
    contact = await ada.do("/contacts", {"client_id": client["id"], **grace})
    for place in ("contacts", "bin"):
        await ada.delete(f"/{place}/{contact['id']}", name="Grace Hopper")
    words = ("privacy", "export", "grace@example.com", "--folder", str(tmp_path))
    assert (await terminal.run(*words))[0] == 0
    found = json.loads(only_zip_in(tmp_path).read("person.json"))
    assert found["audit_entries"][0]["after"]["name"] == "Grace Hopper"
    code, output, _ = await terminal.run("privacy", "erase", "grace@example.com", "--yes")
    assert (code, "0 account and 1 contacts; 4 entries" in output) == (0, True), output
    assert (await terminal.run("privacy", "erase", "grace@example.com", "--yes"))[0] == 1


async def test_nobody_is_not_erased(terminal: Terminal) -> None:
    code, _, errors = await terminal.run("privacy", "erase", "nobody@example.com", "--yes")
    assert (code, "Nobody here has the e-mail" in errors) == (1, True)
