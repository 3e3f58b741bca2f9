"""The `agentlab` command, run as a person runs it."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from agentlab.audit.models import AuditEntry
from agentlab.context import Context
from agentlab.operations.embedded import embedded
from agentlab.settings import Settings
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.folders import open_folder
from tests.support.projects import bmad_folder, write

AGENTLAB = Path(sys.executable).parent / "agentlab"


class Terminal:
    """Runs commands against the servers of a test."""

    def __init__(self, settings: Settings) -> None:
        database, redis = settings.database_url, settings.redis_url
        assert database
        assert redis
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database.get_secret_value(),
            "REDIS_URL": redis.get_secret_value(),
            "AGENTLAB_WORKSPACE_ROOTS": str(settings.workspace_roots[0]),
            "AGENTLAB_DATA_DIR": str(settings.data_dir),
        }

    async def run(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        process = await asyncio.create_subprocess_exec(
            AGENTLAB,
            *words,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate(typed.encode())
        return process.returncode or 0, output.decode(), errors.decode()


@pytest.fixture
def terminal(settings: Settings, ada: Browser) -> Terminal:
    return Terminal(settings)


def import_words(folder: Path, *more: str) -> list[str]:
    return ["import", str(folder), "--client", "Maison Lumière", "--service", "Reading", *more]


async def test_an_import_says_what_it_found_and_did(
    terminal: Terminal, ada: Browser, root: Path
) -> None:
    code, output, _ = await terminal.run(*import_words(bmad_folder(root), "--workflow", "short"))
    assert code == 0, output
    assert "Found bmad 4.44.3" in output
    assert "4 stages, 3 gates" in output
    clients = (await ada.read("/portfolio"))["clients"]
    assert clients[0]["services"][0]["projects"][0]["name"] == "reader"


async def test_an_import_names_one_of_several_methods(terminal: Terminal, root: Path) -> None:
    folder = bmad_folder(root)
    write(folder / "backlog/config.yml", "project_name: Reader\nstatuses: [To Do, Done]\n")
    code, _, problem = await terminal.run(*import_words(folder, "--workflow", "board"))
    assert code == 1
    assert "bmad v4, backlog.md v1" in problem
    chosen = ("--method", "backlog.md", "--generation", "v1", "--workflow", "board")
    code, output, _ = await terminal.run(*import_words(folder, *chosen))
    assert (code, "2 stages, 1 gates" in output) == (0, True)


async def test_an_import_prints_json_for_machines(
    terminal: Terminal, ada: Browser, root: Path
) -> None:
    folder = bmad_folder(root)
    write(folder / "docs" / "latin1.md", b"\xe9\n")
    code, output, _ = await terminal.run(*import_words(folder, "--workflow", "short", "--json"))
    done: dict[str, Any] = json.loads(output)
    assert code == 0
    assert done["gates"] == ["prd.md", "front-end-spec.md", "architecture.md"]
    assert (done["method"], done["documents"], done["stages"]) == ("bmad", 2, 4)
    assert [notice["code"] for notice in done["notices"]] == ["invalid_utf8"]
    assert (await ada.read(f"/projects/{done['project_id']}"))["name"] == "reader"


async def test_a_folder_without_a_method_is_reported_in_whole_sentences(
    terminal: Terminal, root: Path
) -> None:
    write(root / "notes" / "idea.md", "# Idea\n")
    _, output, _ = await terminal.run(*import_words(root / "notes"))
    assert output.splitlines()[:2] == [
        "Found no planning method.",
        "1 documents with their first version.",
    ]


async def test_a_path_that_cannot_be_one_is_named_as_the_argument_it_is(
    terminal: Terminal,
) -> None:
    code, _, errors = await terminal.run(*import_words(Path("/" + "x" * 5000)))
    assert (code, errors) == (1, "PATH: String should have at most 4096 characters.\n")


async def test_no_name_in_a_folder_commands_the_terminal(
    terminal: Terminal, ada: Browser, root: Path
) -> None:
    """A folder's name may reverse the text after it; YAML can write any character."""
    folder = bmad_folder(root).rename(root / "a\u202eb")
    [workflow] = (folder / ".bmad-core" / "workflows").iterdir()
    write(workflow, workflow.read_text().replace("A short workflow", '"A \\e[2J workflow"'))
    code, output, errors = await terminal.run(*import_words(folder, "--workflow", "short"))
    assert (code, errors) == (0, "")
    assert "\x1b" not in output
    assert "A \\x1b[2J workflow" in output
    clients = (await ada.read("/portfolio"))["clients"]
    assert clients[0]["services"][0]["projects"][0]["name"] == "a\\u202eb"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--workflow", "unknown"], "The folder has no workflow “unknown”. It has: short."),
        ([], "Choose one of the folder's workflows: short."),
        (["--workflow", "short", "--project", ""], "--project: String should have at least"),
    ],
)
async def test_a_refused_import_is_one_sentence_and_a_failure(
    terminal: Terminal, root: Path, more: list[str], sentence: str
) -> None:
    code, output, errors = await terminal.run(*import_words(bmad_folder(root), *more))
    assert (code, output) == (1, "")
    assert errors.startswith(sentence)
    assert "Traceback" not in errors


async def test_folders_outside_the_roots_are_refused(terminal: Terminal) -> None:
    code, _, errors = await terminal.run(*import_words(Path("/etc")))
    assert code == 1
    assert "AGENTLAB_WORKSPACE_ROOTS" in errors


async def test_a_person_added_on_the_host_can_sign_in(
    terminal: Terminal, anonymous: Browser
) -> None:
    words = ("user", "add", "vera@example.com", "--name", "Vera Rubin")
    code, output, _ = await terminal.run(*words, typed="a long enough password\n")
    assert (code, output) == (0, "Vera Rubin <vera@example.com> can sign in as viewer.\n")
    account = await anonymous.do(
        "/session", {"email": "vera@example.com", "password": "a long enough password"}
    )
    assert account["role"] == "viewer"
    code, _, errors = await terminal.run(*words, typed="a long enough password\n")
    assert (code, errors) == (1, "vera@example.com has an account already.\n")


async def test_a_made_password_is_printed_once_and_works(
    terminal: Terminal, anonymous: Browser
) -> None:
    words = ("user", "add", "bob@example.com", "--name", "Bob", "--role", "product_owner")
    _, output, _ = await terminal.run(*words)
    password = output.strip().rpartition("Password: ")[2]
    await anonymous.do("/session", {"email": "bob@example.com", "password": password})


async def test_everybody_is_listed(terminal: Terminal, bob: Browser) -> None:
    code, output, _ = await terminal.run("user", "list")
    assert code == 0
    assert output.splitlines()[0].split() == ["E-mail", "Role", "State", "Last", "sign-in", "Name"]
    assert "bob@example.com" in output
    _, output, _ = await terminal.run("user", "list", "--json")
    assert [user["role"] for user in json.loads(output)] == ["administrator", "product_owner"]


async def test_a_person_is_managed_on_the_host(
    terminal: Terminal, ada: Browser, bob: Browser, context: Context
) -> None:
    for words, said in (
        (("role", "bob@example.com", "viewer"), "bob@example.com is viewer now.\n"),
        (("deactivate", "bob@example.com"), "bob@example.com cannot sign in any more.\n"),
        (("activate", "BOB@example.com"), "BOB@example.com can sign in again.\n"),
        (("unlock", "bob@example.com"), "bob@example.com need not wait to sign in.\n"),
    ):
        assert await terminal.run("user", *words) == (0, said, "")
    assert refusal(await bob.get("/session")) == (401, "not_signed_in")
    entries = [entry for entry in await trail(context) if entry[1].startswith("user.")]
    assert entries == [
        ("system", "user.changed"),
        ("system", "user.deactivated"),
        ("system", "user.reactivated"),
    ]
    code, _, errors = await terminal.run("user", "unlock", "eve@example.com")
    assert (code, errors) == (1, "Nobody has the e-mail address eve@example.com.\n")


async def trail(context: Context) -> list[tuple[str, str]]:
    async with context.sessions() as db:
        entries = await db.scalars(select(AuditEntry).order_by(AuditEntry.sequence))
        return [(entry.actor_kind.value, entry.action) for entry in entries]


async def test_a_reset_on_the_host_gives_a_new_password(
    terminal: Terminal, bob: Browser, anonymous: Browser
) -> None:
    code, output, _ = await terminal.run("user", "reset", "bob@example.com")
    assert code == 0
    password = output.strip().rpartition("Password: ")[2]
    assert refusal(await bob.get("/session")) == (401, "not_signed_in")
    await anonymous.do("/session", {"email": "bob@example.com", "password": password})


async def test_a_reset_on_the_host_revokes_api_tokens(
    terminal: Terminal, bob: Browser, app: FastAPI, context: Context
) -> None:
    async with Agent(app, await token_of(bob)) as agent:
        code, output, _ = await terminal.run("user", "reset", "bob@example.com")
        assert (code, "API tokens revoked: 1." in output) == (0, True)
        assert refusal(await agent.get("/session")) == (401, "token_refused")
    assert ("system", "api_token.revoked") in await trail(context)


async def test_a_lost_last_administrator_is_recovered_from_the_host(
    terminal: Terminal, ada: Browser, anonymous: Browser, context: Context
) -> None:
    code, _, errors = await terminal.run("user", "deactivate", "ada@example.com")
    assert (code, errors.startswith("This is the last administrator.")) == (1, True)
    async with context.engine.begin() as connection:  # whatever it was that went wrong
        await connection.execute(text("UPDATE users SET deactivated_at = now(), role = 'viewer'"))
    words = ("user", "reset", "ada@example.com")
    code, _, errors = await terminal.run(*words, typed="a whole new password\n")
    assert (code, "agentlab user activate" in errors) == (1, True)
    code, output, _ = await terminal.run(*words, "--administrator", typed="a whole new password\n")
    assert (code, output) == (
        0,
        "ada@example.com has a new password and is an administrator.\n",
    )
    right = {"email": "ada@example.com", "password": "a whole new password"}
    assert (await anonymous.do("/session", right))["role"] == "administrator"
    assert (await terminal.run(*words, typed="short\n"))[2].startswith("password: ")


async def test_migrating_a_current_database_changes_nothing(terminal: Terminal) -> None:
    code, output, _ = await terminal.run("migrate")
    assert (code, output) == (0, "The database has the newest schema.\n")


async def test_wrong_passwords_stay_wrong(terminal: Terminal, anonymous: Browser) -> None:
    code, _, errors = await terminal.run("user", "add", "x", "--name", "X", typed="short\n")
    assert code == 1
    assert errors.startswith("email: ")
    response = await anonymous.post("/session", {"email": "x", "password": "short"})
    assert refusal(response) == (401, "wrong_credentials")


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "PostgreSQL does not let us in"),
        ("DATABASE_URL", "no address", "DATABASE_URL is not an address"),
        ("DATABASE_URL_FILE", "/nowhere", "Settings: DATABASE_URL_FILE names /nowhere"),
        ("REDIS_URL", "no address", "REDIS_URL: is not an address such as redis://"),
        ("AGENTLAB_WORKSPACE_ROOTS", "~nobody-at-all/x", "ROOTS: ~nobody-at-all/x names the home"),
    ],
)
async def test_a_wrong_setting_is_one_sentence(
    terminal: Terminal, setting: str, value: str, sentence: str
) -> None:
    if setting == "DATABASE_URL_FILE":
        del terminal.environment["DATABASE_URL"]
    terminal.environment[setting] = value
    code, output, errors = await terminal.run("migrate")
    assert (code, output) == (1, "")
    assert sentence in errors
    assert errors.count("\n") == 1


async def test_a_given_database_is_used_though_another_agentlab_runs_here(
    terminal: Terminal,
) -> None:
    with open_folder() as folder:
        async with embedded(folder / "data"):
            terminal.environment["AGENTLAB_DATA_DIR"] = str(folder / "data")
            terminal.environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
            code, _, errors = await terminal.run("migrate")
    assert code == 1
    assert errors.startswith("PostgreSQL does not let us in")


async def test_an_own_template_goes_through_the_commands_and_a_method_is_read_again(
    terminal: Terminal, root: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.yaml"
    write(own, "key: small\nname: Small\nmood: fine\nstages:\n  - title: Do it\n")
    code, output, _ = await terminal.run("template", "validate", str(own))
    assert (code, "line 3: `mood` has no meaning here" in output) == (0, True)
    write(tmp_path / "broken.yaml", "key: [\n")
    code, _, problem = await terminal.run("template", "validate", str(tmp_path / "broken.yaml"))
    assert (code, "Correct it and try again." in problem) == (1, True)
    code, output, _ = await terminal.run("template", "import", str(own))
    assert (code, "Added “Small” (small), version 1" in output) == (0, True)
    template_id = output.split("version 1: ")[1].split()[0]
    _, output, _ = await terminal.run("template", "list", "--json")
    assert [row["id"] for row in json.loads(output)] == [template_id]
    code, output, _ = await terminal.run("template", "export", template_id)
    assert output == own.read_text()
    folder = bmad_folder(root)
    await terminal.run(*import_words(folder, "--workflow", "short"))
    method = folder / ".bmad-core" / "workflows" / "short.yaml"
    write(method, method.read_text().replace("Write down", "Write, and say why,"))
    code, output, _ = await terminal.run("template", "update", str(folder))
    assert (code, "(notes)" in output, "Nothing was done." in output) == (0, True, True)
    code, output, _ = await terminal.run("template", "update", str(folder), "--yes")
    assert (code, "follows “A short workflow” now" in output) == (0, True)
    _, output, _ = await terminal.run("template", "update", str(folder))
    assert "exactly this already" in output
