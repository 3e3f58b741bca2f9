"""Tokens of operators, and the health that they open."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from pydantic import SecretStr

from agentlab.auth import tokens
from agentlab.context import Context
from agentlab.kit import clock, migrations
from agentlab.kit.jobs import enqueue
from agentlab.settings import Settings
from tests.support.browser import Browser

NOW, BEFORE, STRANGER = (SecretStr(letter * 40) for letter in "nbs")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"jwt_secret": NOW, "jwt_secret_previous": BEFORE})


def bearer(settings: Settings, **changes: SecretStr) -> dict[str, str]:
    signer = settings.model_copy(update=changes)
    return {"Authorization": f"Bearer {tokens.issue(signer, subject='a test')}"}


async def test_health_says_what_runs(anonymous: Browser, settings: Settings) -> None:
    reply = await anonymous.http.get("/healthz", headers=bearer(settings))
    assert reply.status_code == 200
    health = reply.json()
    assert health["version"] == settings.version == reply.headers["X-AgentLab-Version"]
    assert health["schema_of_code"] == health["schema_of_database"] == migrations.head()
    assert health["postgresql"].startswith("18")
    assert (health["jobs_waiting"], health["oldest_job_s"]) == (0, 0)


async def test_a_job_that_waits_is_counted(
    ada: Browser, anonymous: Browser, context: Context, settings: Settings
) -> None:
    async with context.sessions.begin() as db:
        await enqueue(db, "nothing")
    health = (await anonymous.http.get("/healthz", headers=bearer(settings))).json()
    assert health["jobs_waiting"] == 1
    assert 0 < health["oldest_job_s"] < 60


async def test_a_session_is_no_token(ada: Browser) -> None:
    assert (await ada.http.get("/healthz")).status_code == 401


async def test_a_token_of_before_the_rotation_is_accepted(
    anonymous: Browser, settings: Settings
) -> None:
    old = bearer(settings, jwt_secret=BEFORE)
    assert (await anonymous.http.get("/healthz", headers=old)).status_code == 200


async def test_a_token_of_two_rotations_ago_is_refused(
    anonymous: Browser, settings: Settings
) -> None:
    reply = await anonymous.http.get("/healthz", headers=bearer(settings, jwt_secret=STRANGER))
    assert (reply.status_code, reply.json()["code"]) == (401, "token_refused")


async def test_a_token_ends(
    anonymous: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = datetime.now(UTC) - timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: earlier)
    reply = await anonymous.http.get("/healthz", headers=bearer(settings))
    assert (reply.status_code, reply.json()["code"]) == (401, "token_refused")


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
async def test_only_our_algorithm_counts(
    anonymous: Browser, settings: Settings, algorithm: str
) -> None:
    key = "" if algorithm == "none" else NOW.get_secret_value() * 2
    forged = jwt.encode({"sub": "x", "iss": "agentlab"}, key, algorithm)
    reply = await anonymous.http.get("/healthz", headers={"Authorization": f"Bearer {forged}"})
    assert reply.status_code == 401


async def test_no_token_is_a_person(anonymous: Browser, settings: Settings) -> None:
    reply = await anonymous.http.get("/api/v1/portfolio", headers=bearer(settings))
    assert reply.status_code == 401


def test_without_a_secret_there_are_no_tokens(settings: Settings) -> None:
    bare = settings.model_copy(update={"jwt_secret": None})
    with pytest.raises(tokens.NoSecret, match="agentlab init"):
        tokens.issue(bare, subject="a test")
