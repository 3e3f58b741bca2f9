"""The doctor's checks: on real ports, servers, folders, databases and peers."""

import asyncio
import datetime as dt
import json
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from pydantic import SecretStr
from pyrage.x25519 import Identity
from redis import Redis
from typing_extensions import override
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from agentlab.kit import clock, migrations
from agentlab.operations.backup import keys
from agentlab.operations.backup.archives import Archive, Which, write_state
from agentlab.operations.backup.shelf import Copy, Proof, Shelf
from agentlab.operations.embedded import Connections, EmbeddedServices, embedded
from agentlab.operations.host import certificates, redis_users
from agentlab.operations.host.doctor import CHECKS, Finding, Kind, Place, State, examine
from agentlab.operations.host.doctor.findings import Table, Verdict, ok
from agentlab.operations.host.folder import Installation
from agentlab.settings import Settings
from tests.operations.backup.support import put
from tests.operations.host.conftest import Production, valkey, with_user
from tests.support.mail_server import SECRET, USER, mail_server

TROUBLESHOOTING = Path(__file__).parents[5] / "docs" / "operate" / "troubleshooting.md"


def look(place: Place, code: str) -> Finding:
    """What the check `code` finds at the place."""
    [finding] = examine(place, [check for check in CHECKS if check.code == code])
    return finding


def finds_nothing(place: Place, code: str) -> bool:
    return examine(place, [check for check in CHECKS if check.code == code]) == []


def host(installation: Installation, **more: object) -> Place:
    return Place(Kind.HOST, installation=installation, **more)  # type: ignore[arg-type]


def desk(settings: Settings) -> Place:
    return Place(Kind.DESK, settings=settings)


def server(**more: object) -> Place:
    return Place(Kind.SERVER, settings=Settings(**more))  # type: ignore[arg-type]


# --- the table


def test_codes_are_stable_names_of_their_own() -> None:
    codes = [check.code for check in CHECKS]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z_]*", code)] == []


def test_every_code_has_its_place_in_the_handbook() -> None:
    headings = re.findall(r"^### `(\w+)`$", TROUBLESHOOTING.read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(check.code for check in CHECKS)


def test_checks_run_at_once_each_within_its_time_and_none_stops_the_others(
    installation: Installation,
) -> None:
    table = Table()

    @table.on(Kind.HOST, within_s=0.3)
    def slow(_: Place) -> None:
        time.sleep(2)

    @table.on(Kind.HOST)
    def broken(_: Place) -> None:
        raise RuntimeError("a mistake of ours")

    @table.on(Kind.HOST)
    def fine(_: Place) -> Verdict:
        return ok("In order.")

    @table.on(Kind.DESK)
    def elsewhere(_: Place) -> Verdict:
        return ok("Not asked.")

    began = time.monotonic()
    findings = examine(host(installation), table)
    assert time.monotonic() - began < 1.5
    assert [(each.code, each.state) for each in findings] == [
        ("slow", State.UNKNOWN),
        ("broken", State.UNKNOWN),
        ("fine", State.OK),
    ]
    assert "a mistake of ours" in findings[1].sentence


# --- the machine


@contextmanager
def held_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def test_a_port_that_another_program_holds_is_named_with_its_holder(
    installation: Installation,
) -> None:
    with held_port() as port:
        installation.write_env({"AGENTLAB_HTTPS_PORT": str(port), "AGENTLAB_HTTP_PORT": "1"})
        finding = look(host(installation), "ports")
    assert finding.state == "problem"
    assert f"port {port} is held by {psutil.Process().name()}" in finding.sentence.lower()
    assert "AGENTLAB_HTTPS_PORT" in finding.remedy
    assert look(host(installation), "ports").state == "ok"


def test_the_port_of_a_desk_is_free_or_held(tmp_path: Path) -> None:
    with held_port() as port:
        settings = Settings(port=port, data_dir=tmp_path)
        finding = look(desk(settings), "port")
        assert (finding.state, f"Port {port} is held by" in finding.sentence) == ("problem", True)
    assert look(desk(settings), "port").state == "ok"


async def test_the_port_of_a_running_desk_is_its_own(
    data_dir: Path, own_services: EmbeddedServices
) -> None:
    own_services._address = "http://127.0.0.1:8123"  # noqa: SLF001 - as `agentlab up` gives it
    connections = await own_services.start()
    await asyncio.to_thread(migrations.upgrade, connections.as_owner)
    place = desk(Settings(port=8123, data_dir=data_dir))
    assert look(place, "port").sentence == "AgentLab runs at http://127.0.0.1:8123."
    assert look(place, "data_folder").state == "ok"
    assert look(place, "pgvector").state == "ok"
    assert look(place, "database_roles").state == "ok"
    assert look(place, "audit_trail").state == "ok"
    assert look(place, "redis").sentence.startswith("Valkey")


async def test_the_roles_of_a_database_of_ones_own_are_ones_own(services_url: Connections) -> None:
    await asyncio.to_thread(migrations.upgrade, services_url.as_owner)
    place = desk(Settings(database_url=SecretStr(services_url.as_owner)))
    assert finds_nothing(place, "database_roles")
    assert look(place, "audit_trail").state == "ok"


def test_room_is_looked_for_where_the_data_is(tmp_path: Path) -> None:
    finding = look(desk(Settings(data_dir=tmp_path / "not" / "yet")), "disk")
    assert str(tmp_path) in finding.sentence
    with pytest.MonkeyPatch.context() as patch:
        usage = type("Usage", (), {"free": 100_000_000})
        patch.setattr("agentlab.operations.host.doctor.machine.shutil.disk_usage", lambda _: usage)
        assert look(desk(Settings(data_dir=tmp_path)), "disk").state == "problem"


class Clock(BaseHTTPRequestHandler):
    ahead_s = 0.0

    def do_HEAD(self) -> None:
        self.send_response_only(204)
        now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.ahead_s)
        self.send_header("Date", format_datetime(now, usegmt=True))
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Models(BaseHTTPRequestHandler):
    answer: tuple[int, object] = (200, {"data": [{"id": "llama3.2"}]})

    def do_GET(self) -> None:
        status, body = self.answer
        if self.headers.get("Authorization") not in {None, "Bearer right"}:
            status, body = 401, {"error": "no"}
        self.send_response_only(status if self.path == "/v1/models" else 404)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def http_server(handler: type[BaseHTTPRequestHandler], **attributes: object) -> Iterator[str]:
    kind = type("Handler", (handler,), attributes)
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("ahead_s", "state", "words"),
    [
        (0, "ok", "agrees with 127.0.0.1"),
        (20, "warning", "behind that of"),
        (-20, "warning", "ahead of that of"),
        (4000, "problem", "4000 s behind"),
    ],
)
def test_the_clock_is_compared_with_a_server(
    installation: Installation, ahead_s: float, state: str, words: str
) -> None:
    with http_server(Clock, ahead_s=ahead_s) as url:
        finding = look(host(installation, clocks=["http://127.0.0.1:1", url]), "clock")
    assert (finding.state, words in finding.sentence.replace("3999", "4000")) == (state, True)


def test_where_no_server_is_reachable_the_clock_is_unknown(installation: Installation) -> None:
    finding = look(host(installation, clocks=["http://127.0.0.1:1"]), "clock")
    assert finding.state == "unknown"


def test_the_domain_is_looked_up(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finds_nothing(host(installation), "dns")
    installation.write_env({"AGENTLAB_DOMAIN": "does-not-exist.invalid"})
    finding = look(host(installation), "dns")
    assert (finding.state, "A record" in finding.remedy) == ("problem", True)
    lead_to(monkeypatch, "127.0.0.1")
    assert look(host(installation), "dns").state == "ok"
    lead_to(monkeypatch, "192.0.2.7")
    finding = look(host(installation), "dns")
    assert (finding.state, "192.0.2.7" in finding.sentence) == ("warning", True)


def test_a_domain_that_leads_here_by_a_detour_is_known_by_our_certificate(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a NAT the address is the router's, but it is our certificate that answers there."""
    installation.write_env({"AGENTLAB_DOMAIN": "lab.example.com"})
    certificates.ensure(installation)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(installation.live_certificate, installation.live_key)
    with (
        socket.create_server(("127.0.0.2", 0)) as plain,
        context.wrap_socket(plain, server_side=True) as listener,
    ):
        listener.settimeout(10)
        edge = threading.Thread(target=serve_once, args=[listener])
        edge.start()
        place = listener.getsockname()
        installation.write_env({"AGENTLAB_HTTPS_PORT": str(place[1])})
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place)]
        monkeypatch.setattr(
            "agentlab.operations.host.doctor.machine.socket.getaddrinfo", lambda *_, **__: found
        )
        finding = look(host(installation), "dns")
        edge.join()
    assert (finding.state, "our certificate answers" in finding.sentence) == ("ok", True)


def serve_once(listener: ssl.SSLSocket) -> None:
    listener.accept()[0].close()


def lead_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(
        "agentlab.operations.host.doctor.machine.socket.getaddrinfo", lambda *_, **__: found
    )
    monkeypatch.setattr(
        "agentlab.operations.host.doctor.machine.socket.create_connection", refuse_connection
    )


def refuse_connection(*_: object, **__: object) -> None:
    raise ConnectionRefusedError


def test_without_docker_the_engine_is_missed_and_what_runs_in_it_is_not_asked(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    place = host(installation)
    finding = look(place, "engine")
    assert (finding.state, "`docker` is not there" in finding.sentence) == ("problem", True)
    assert look(place, "compose").state == "problem"
    assert [finds_nothing(place, code) for code in ("containers", "restarts", "inside")] == [
        True
    ] * 3


def test_docker_has_to_be_new_enough(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "docker"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for code, version, state in (
        ("engine", "20.10.24", "problem"),
        ("engine", "24.0.0", "ok"),
        ("compose", "2.23.3-desktop.1", "problem"),
        ("compose", "v2.24.0", "ok"),
    ):
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
        assert look(host(installation), code).state == state


# --- the folder


def test_a_fresh_installation_is_in_order(installation: Installation) -> None:
    certificates.ensure(installation)
    codes = [
        *("installation", "secrets", "secret_modes", "secret_strength", "writable_folders"),
        *("certificate", "certificate_domain", "certificate_expiry", "secrets_backed_up"),
    ]
    assert {look(host(installation), code).state for code in codes} == {State.OK}


def test_before_init_the_doctor_says_so_and_asks_for_no_secret(tmp_path: Path) -> None:
    place = host(Installation(tmp_path))
    assert look(place, "installation").remedy.startswith("Run `agentlab init`")
    assert [finds_nothing(place, code) for code in ("secrets", "secret_modes")] == [True, True]


def remove_secret(installation: Installation) -> None:
    (installation.secrets / "jwt_secret").unlink()


def leave_pending(installation: Installation) -> None:
    (installation.secrets / ".redis_password.pending").touch()


def change_redis_password(installation: Installation) -> None:
    installation.write_secret("redis_password", "another")


def widen_redis(installation: Installation) -> None:
    file = redis_users.FILE
    installation.write_secret(file, installation.read_secret(file).replace("-@admin", ""))


def open_folder(installation: Installation) -> None:
    installation.secrets.chmod(0o755)


def close_secret(installation: Installation) -> None:
    (installation.secrets / "jwt_secret").chmod(0o400)


def shorten(installation: Installation) -> None:
    installation.write_secret("postgres_password", "password")


def repeat(installation: Installation) -> None:
    installation.write_secret("jwt_secret", installation.read_secret("redis_password"))


def change_user(installation: Installation) -> None:
    installation.write_env({"AGENTLAB_HOST_USER": "4242:4242"})


def forget_setting(installation: Installation) -> None:
    installation.write_env({"AGENTLAB_DOMAIN": None})


@pytest.mark.parametrize(
    ("damage", "code", "state", "words"),
    [
        (remove_secret, "secrets", "problem", "secrets/ lacks jwt_secret"),
        (leave_pending, "secrets", "problem", "redis_password was interrupted"),
        (change_redis_password, "secrets", "problem", "does not let redis_password in"),
        (widen_redis, "secrets", "warning", "grants other rights"),
        (open_folder, "secret_modes", "problem", "open to others (mode 0755)"),
        (close_secret, "secret_modes", "problem", "read jwt_secret"),
        (shorten, "secret_strength", "problem", "postgres_password: shorter"),
        (repeat, "secret_strength", "problem", "used twice"),
        (change_user, "writable_folders", "problem", "run as 4242:4242"),
        (forget_setting, "installation", "warning", ".env lacks AGENTLAB_DOMAIN"),
    ],
)
def test_damage_in_the_folder_is_found(
    installation: Installation,
    damage: Callable[[Installation], None],
    code: str,
    state: str,
    words: str,
) -> None:
    damage(installation)
    finding = look(host(installation), code)
    assert (finding.state, words in finding.sentence) == (state, True), finding.sentence
    assert finding.remedy


def test_files_of_an_older_env_that_no_backup_takes_are_named_with_their_new_place(
    installation: Installation,
) -> None:
    installation.write_env(
        {
            "SMTP_PASSWORD_FILE": "/var/lib/agentlab/smtp_password",
            "OIDC_CLIENT_SECRET_FILE": "/run/secrets/oidc_client_secret",
            "BACKUP_S3_CA": "/var/lib/agentlab/s3.pem",
            "AGENTLAB_STATUS_S3_CA": "/certificates/trusted/s3.pem",
        }
    )
    finding = look(host(installation), "secrets_backed_up")
    assert finding.state == "warning"
    assert finding.sentence == (
        ".env names what no backup takes, and a new machine would lack: "
        "/var/lib/agentlab/smtp_password (SMTP_PASSWORD_FILE), "
        "/var/lib/agentlab/s3.pem (BACKUP_S3_CA)."
    )
    assert finding.remedy == (
        "SMTP_PASSWORD_FILE: write its text into secrets/smtp_password and empty the line. "
        "BACKUP_S3_CA: move the file into certificates/trusted/ and name "
        "/certificates/trusted/s3.pem. Then `agentlab restart`."
    )


def test_certificates_are_compared_with_key_and_domain(installation: Installation) -> None:
    assert look(host(installation), "certificate").state == "problem"
    certificates.ensure(installation)
    installation.write_env({"AGENTLAB_DOMAIN": "lab.example.com"})
    assert look(host(installation), "certificate_domain").state == "problem"
    key = installation.live_key.read_bytes()
    certificates.ensure(installation)
    assert look(host(installation), "certificate_domain").state == "ok"
    installation.live_key.chmod(0o600)
    installation.live_key.write_bytes(key)
    assert "belongs to another" in look(host(installation), "certificate").sentence


@pytest.mark.parametrize(("days", "state"), [(-1, "problem"), (5, "warning"), (90, "ok")])
def test_a_certificate_that_ends_soon_is_found(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, days: int, state: str
) -> None:
    certificates.ensure(installation)
    end = certificates.served(installation).ends
    monkeypatch.setattr(certificates, "now", lambda: end - dt.timedelta(days=days, hours=1))
    assert look(host(installation), "certificate_expiry").state == state


# --- the databases


async def test_production_as_we_ship_it_is_in_order(production: Production) -> None:
    place = server_of(production)
    codes = [
        *("postgresql", "pgvector", "schema", "database_roles"),
        *("redis", "redis_policy", "redis_acl"),
    ]
    findings = [look(place, code) for code in codes]
    assert [each for each in findings if each.state != "ok"] == []


def server_of(production: Production, **more: str) -> Place:
    given = {"database_url": production.database_url(), "redis_url": production.redis_url()} | more
    return server(**{name: SecretStr(value) for name, value in given.items()})


async def test_roles_with_other_rights_are_found(production: Production) -> None:
    def role_of(url: str) -> Finding:
        return look(server_of(production, database_url=url), "database_roles")

    superuser = production.database_url("postgres")
    assert "is a superuser" in role_of(superuser).sentence
    assert "owns" in role_of(production.database_url("agentlab_owner")).sentence
    with psycopg.connect(superuser, autocommit=True) as db:
        db.execute("GRANT INSERT ON users TO agentlab_reader")
        assert "agentlab_reader may write" in role_of(production.database_url()).sentence
        db.execute("REVOKE DELETE ON users FROM agentlab")
        assert (
            "may not work with the rows of 1 tables" in role_of(production.database_url()).sentence
        )


async def test_a_database_without_pgvector_or_with_another_schema_is_found(
    production: Production,
) -> None:
    with psycopg.connect(production.database_url("postgres"), autocommit=True) as db:
        db.execute("UPDATE alembic_version SET version_num = '0000'")
        assert "schema 0000" in look(server_of(production), "schema").sentence
        db.execute("DROP EXTENSION vector CASCADE")
        assert look(server_of(production), "pgvector").state == "problem"


async def test_a_refused_password_is_told_from_a_server_that_is_away(
    production: Production,
) -> None:
    wrong = with_user(production.postgres, "agentlab", "wrong")
    finding = look(server_of(production, database_url=wrong), "postgresql")
    assert "agentlab rotate postgres" in finding.remedy
    nowhere = "postgresql://agentlab@127.0.0.1:1/agentlab"
    place = server_of(production, database_url=nowhere, redis_url="redis://127.0.0.1:1")
    assert look(place, "postgresql").sentence.startswith("PostgreSQL is away")
    assert look(place, "redis").sentence.startswith("Redis is away")
    codes = ("pgvector", "schema", "database_roles", "redis_policy", "redis_acl")
    assert [code for code in codes if not finds_nothing(place, code)] == []


async def test_a_redis_that_forgets_is_found(installation: Installation) -> None:
    more = {"maxmemory-policy": "allkeys-lru"}
    async with valkey(installation, **more) as url:
        password = installation.read_secret("redis_password")
        address = with_user(url, redis_users.USER, password)
        finding = look(server(redis_url=SecretStr(address)), "redis_policy")
    assert (finding.state, "allkeys-lru" in finding.sentence) == ("problem", True)


async def test_a_redis_that_lets_everybody_in_is_found(services_url: Connections) -> None:
    with Redis.from_url(services_url.redis_url) as redis:
        finding = look(server(redis_url=SecretStr(services_url.redis_url)), "redis_acl")
        assert "change its configuration" in finding.sentence
        redis.execute_command("ACL", "SETUSER", "default", "nopass")
        finding = look(server(redis_url=SecretStr(services_url.redis_url)), "redis_acl")
    assert "without a password" in finding.sentence


@pytest.fixture
async def services_url(own_services: EmbeddedServices) -> Connections:
    return await own_services.start()


# --- the model servers


def test_a_model_server_with_a_model_is_in_order() -> None:
    with http_server(Models) as url:
        place = server(openai_base_url=f"{url}/v1/", openai_api_key=SecretStr("right"))
        assert look(place, "model_server").sentence == f"{url}/v1 has llama3.2."
    assert finds_nothing(server(), "model_server")


@pytest.mark.parametrize(
    ("path", "key", "answer", "state", "words"),
    [
        ("/v1", "wrong", (200, {"data": []}), "problem", "refuses the key"),
        ("", "right", (200, {"data": []}), "problem", "not a list of models"),
        ("/v1", "right", (200, ["no", "list"]), "problem", "not a list of models"),
        ("/v1", "right", (200, {"data": None}), "warning", "has no model"),
    ],
)
def test_what_is_wrong_with_a_model_server_is_said(
    path: str, key: str, answer: object, state: str, words: str
) -> None:
    with http_server(Models, answer=answer) as url:
        place = server(openai_base_url=url + path, openai_api_key=SecretStr(key))
        finding = look(place, "model_server")
    assert (finding.state, words in finding.sentence) == (state, True), finding.sentence
    assert key not in finding.sentence.removesuffix(".").split()


def test_localhost_in_a_container_is_explained() -> None:
    finding = look(server(openai_base_url="http://localhost:1/v1"), "model_server")
    assert "host.docker.internal" in finding.remedy
    finding = look(server(claude_code_mcp_url="ws://localhost:1/mcp"), "claude_code")
    assert "host.docker.internal" in finding.remedy


async def answer_as_mcp(connection: ServerConnection) -> None:
    request = json.loads(await connection.recv())
    assert request["method"] == "initialize"
    result = {"protocolVersion": "2025-06-18", "serverInfo": {"name": "claude", "version": "2.0"}}
    await connection.send(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}))


def need_token(connection: ServerConnection, request: Request) -> Response | None:
    if request.headers.get("Authorization") != "Bearer right":
        return connection.respond(401, "no\n")
    return None if request.path == "/mcp" else connection.respond(404, "no\n")


@pytest.fixture
async def mcp() -> AsyncIterator[str]:
    """A peer that speaks MCP over a WebSocket, for who has its token."""
    async with serve(
        answer_as_mcp,
        "127.0.0.1",
        0,
        subprotocols=[Subprotocol("mcp")],
        process_request=need_token,
    ) as peer:
        yield f"ws://127.0.0.1:{port_of(peer)}"


def port_of(peer: Server) -> int:
    port: int = next(iter(peer.sockets)).getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("path", "token", "state", "words"),
    [
        ("/mcp", "right", "ok", "is claude 2.0."),
        ("/mcp", "wrong", "problem", "refuses the token"),
        ("/other", "right", "problem", "answers 404"),
    ],
)
async def test_claude_code_is_asked_to_introduce_itself(
    mcp: str, path: str, token: str, state: str, words: str
) -> None:
    place = server(claude_code_mcp_url=mcp + path, claude_code_token=SecretStr(token))
    finding = await asyncio.to_thread(look, place, "claude_code")
    assert (finding.state, words in finding.sentence) == (state, True), finding.sentence


async def test_a_peer_that_is_no_mcp_server_is_found() -> None:
    async def answer_nonsense(connection: ServerConnection) -> None:
        await connection.send("hello")

    async with serve(answer_nonsense, "127.0.0.1", 0) as peer:
        place = server(claude_code_mcp_url=f"ws://127.0.0.1:{port_of(peer)}/mcp")
        finding = await asyncio.to_thread(look, place, "claude_code")
    assert "does not answer as an MCP server" in finding.sentence


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, "ok", "takes e-mails from agentlab@localhost"),
        ({"smtp_password": SecretStr("wrong")}, "problem", "refuses the password"),
        ({"smtp_tls": "tls"}, "problem", "cannot be trusted"),
        ({"smtp_port": 1}, "problem", "does not answer"),
    ],
)
async def test_the_mail_server_is_greeted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], state: str, words: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    async with mail_server(tmp_path) as mailbox:
        known = {"smtp_user": USER, "smtp_password": SecretStr(SECRET)}
        place = server(smtp_host="localhost", **{"smtp_port": mailbox.port, **known, **changes})
        finding = await asyncio.to_thread(look, place, "mail_server")
    assert (finding.state, words in finding.sentence) == (state, True), finding.sentence
    assert finds_nothing(server(), "mail_server")


# --- the desk


def test_a_data_folder_of_others_is_found(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    assert look(desk(Settings(data_dir=tmp_path)), "data_folder").state == "problem"
    (tmp_path / "lock").touch()
    (tmp_path / "thesis.txt").unlink()
    tmp_path.chmod(0o755)
    assert look(desk(Settings(data_dir=tmp_path)), "data_folder").state == "warning"
    assert look(desk(Settings(data_dir=tmp_path / "new")), "data_folder").state == "ok"


def test_embedded_programs_are_looked_for_where_they_are_needed() -> None:
    assert look(desk(Settings()), "programs").state == "ok"
    elsewhere = Settings(
        database_url=SecretStr("postgresql://x/y"), redis_url=SecretStr("redis://x")
    )
    assert finds_nothing(desk(elsewhere), "programs")


# --- backups and the archive


@pytest.fixture
def backed_up(tmp_path: Path) -> Settings:
    """A desk with a key that is older than its first backup should be."""
    settings = Settings(data_dir=tmp_path / "data")
    key = settings.data_dir / "secrets" / "backup_key"
    keys.ensure(key)
    long_ago = time.time() - 10 * 86_400
    os.utime(key, (long_ago, long_ago))
    return settings


def identity_of(settings: Settings) -> Identity:
    return keys.read(settings.data_dir / "secrets" / "backup_key")[0]


def test_backups_that_have_not_begun_yet(tmp_path: Path) -> None:
    found = look(desk(Settings(data_dir=tmp_path / "data")), "backups")
    assert (found.state, found.remedy) == (State.OK, "")


def test_no_backup_is_a_problem_except_on_the_first_day(backed_up: Settings) -> None:
    found = look(desk(backed_up), "backups")
    assert found.state is State.PROBLEM
    assert "There is no good backup." in found.sentence
    assert "`agentlab backup create` makes one." in found.remedy
    os.utime(backed_up.data_dir / "secrets" / "backup_key")
    assert look(desk(backed_up), "backups").state is State.OK
    shelf = Shelf(backed_up.data_dir / "backups")
    shelf.prepare()
    shelf.note_failure("The disk is full.")
    found = look(desk(backed_up), "backups")
    assert (found.state, "The disk is full." in found.sentence) == (State.WARNING, True)


def test_a_backup_that_is_old_or_was_not_copied_or_whose_proof_failed(
    backed_up: Settings,
) -> None:
    shelf, now = Shelf(backed_up.data_dir / "backups"), clock.now().replace(microsecond=0)
    put(shelf, identity_of(backed_up), now - dt.timedelta(days=3))
    found = look(desk(backed_up), "backups")
    assert found.state is State.PROBLEM
    assert "older than a day and a half" in found.sentence
    assert "There is no copy elsewhere." in found.sentence

    file = put(shelf, identity_of(backed_up), now)
    found = look(desk(backed_up), "backups")
    assert (found.state, "No backup was proven yet." in found.sentence) == (State.WARNING, True)

    proof = Proof(at=now, seconds=1, ok=False, failure="It was not the same.")
    shelf.change(file, lambda record: record.model_copy(update={"proof": proof}))
    found = look(desk(backed_up), "backups")
    assert (found.state, "The last proof failed" in found.sentence) == (State.PROBLEM, True)


def test_backups_in_order_until_their_proof_is_old(backed_up: Settings) -> None:
    shelf, now = Shelf(backed_up.data_dir / "backups"), clock.now().replace(microsecond=0)
    file = put(shelf, identity_of(backed_up), now)
    shelf.note_rehearsal()
    copy = Copy(kind="folder", where="/elsewhere", at=now, ok=True)
    proof = Proof(at=now, seconds=1, ok=True)
    well = {"proof": proof, "copies": [copy]}
    shelf.change(file, lambda record: record.model_copy(update=well))
    assert look(desk(backed_up), "backups").state is State.OK

    old = {"proof": proof.model_copy(update={"at": now - dt.timedelta(days=9)})}
    shelf.change(file, lambda record: record.model_copy(update=old))
    found = look(desk(backed_up), "backups")
    assert (found.state, "The last proof is of" in found.sentence) == (State.WARNING, True)


def test_the_archive_of_a_desk(backed_up: Settings) -> None:
    shelf, now = Shelf(backed_up.data_dir / "backups"), clock.now()
    shelf.prepare()
    assert look(desk(backed_up), "point_in_time").state is State.OK
    well = Archive(Which.LOCAL, now, since=now - dt.timedelta(days=2), until=now)
    write_state(shelf.folder, [well])
    found = look(desk(backed_up), "point_in_time")
    assert (found.state, "Any moment from" in found.sentence) == (State.OK, True)
    for trouble in (
        replace(well, failure="The archive pauses: 1 MB are free."),
        replace(well, has_gap=True),
    ):
        write_state(shelf.folder, [well, trouble])
        found = look(desk(backed_up), "point_in_time")
        assert (found.state, bool(found.remedy)) == (State.WARNING, True)
    off = backed_up.model_copy(update={"backup_archive_days": 0})
    assert look(desk(off), "point_in_time").state is State.OK


async def test_an_archive_that_is_behind_while_agentlab_runs(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    past = clock.now() - dt.timedelta(hours=1)
    Shelf(data_dir / "backups").prepare()
    write_state(data_dir / "backups", [Archive(Which.LOCAL, past, since=past, until=past)])
    assert look(desk(settings), "point_in_time").state is State.OK  # nothing runs
    async with embedded(data_dir):
        found = await asyncio.to_thread(look, desk(settings), "point_in_time")
    assert (found.state, "has nothing since" in found.sentence) == (State.WARNING, True)


def test_the_archive_and_the_backups_of_a_host(installation: Installation) -> None:
    now = clock.now()
    Shelf(installation.backups).prepare()
    failed = Archive(Which.ELSEWHERE, now, failure="pgbackrest ended.")
    write_state(installation.backups, [failed])
    found = look(host(installation), "point_in_time")
    assert (found.state, "The archive elsewhere is not kept" in found.sentence) == (
        State.WARNING,
        True,
    )
