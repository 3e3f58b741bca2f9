"""What the api's processes say about what is behind them: database, cache, jobs."""

import asyncio
import socket
import ssl
from dataclasses import dataclass, field

import httpx
from prometheus_client.parser import text_string_to_metric_families

from agentlab.operations.status.components import Component, Finding, Reason, State

PATIENCE_S = 6.0
LATE_S = 120
STUCK_S = 600
SLOW_MS = 3_000


@dataclass(frozen=True)
class Replica:
    """One process of the api: what `/readyz` and `/metrics` of it say."""

    services: dict[str, str] = field(default_factory=dict)
    samples: dict[str, float] = field(default_factory=dict)

    @property
    def answers(self) -> bool:
        return bool(self.services) and self.services.get("shutdown") != "stopping"

    @property
    def is_ready(self) -> bool:
        return self.answers and set(self.services.values()) == {"ok"}


@dataclass(frozen=True)
class Inside:
    """The processes behind one name of the stack's network.

    Args:
        host: such as `api`; every address that it has is a replica.
        port: for plain HTTP inside the stack.
    """

    host: str
    port: int

    async def look(self) -> list[Finding]:
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; httpx would load authorities
        async with httpx.AsyncClient(verify=plain, trust_env=False, timeout=PATIENCE_S) as client:
            asked = [self.ask(client, address) for address in await self.addresses()]
            replicas = await asyncio.gather(*asked)
        answering = [replica for replica in replicas if replica.answers]
        return [
            service(Component.DATABASE, "postgresql", answering),
            service(Component.CACHE, "redis", answering),
            jobs(answering, replicas),
            search(answering),
            folders(answering),
        ]

    async def addresses(self) -> list[str]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                loop = asyncio.get_running_loop()
                found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError):
            return []
        return sorted({str(address[0]) for *_, address in found})

    async def ask(self, client: httpx.AsyncClient, address: str) -> Replica:
        at = f"http://{f'[{address}]' if ':' in address else address}:{self.port}"
        try:
            async with asyncio.timeout(PATIENCE_S):
                ready = await client.get(f"{at}/readyz", headers={"Host": self.host})
                measured = await client.get(f"{at}/metrics", headers={"Host": self.host})
            return Replica(services_in(ready), samples_in(measured.text))
        except (httpx.HTTPError, OSError, TimeoutError, ValueError):
            return Replica()


def services_in(ready: httpx.Response) -> dict[str, str]:
    said = ready.json()
    return {str(name): str(state) for name, state in said.items()} if isinstance(said, dict) else {}


def samples_in(text: str) -> dict[str, float]:
    """Samples without labels, which is all that is looked for here."""
    families = text_string_to_metric_families(text)
    return {
        sample.name: sample.value
        for family in families
        for sample in family.samples
        if not sample.labels
    }


def service(component: Component, name: str, replicas: list[Replica]) -> Finding:
    states = [replica.services[name] for replica in replicas if name in replica.services]
    away = sum(state != "ok" for state in states)
    if not states:
        return Finding(component, State.UNKNOWN, Reason.NO_ANSWER, detail="no api answers")
    if away == len(states):
        return Finding(component, State.DOWN, Reason.AWAY, detail=f"away for all {away} replicas")
    if away:
        detail = f"away for {away} of {len(states)} replicas"
        return Finding(component, State.DEGRADED, Reason.AWAY_FOR_SOME, detail=detail)
    return Finding(component, State.UP)


def jobs(answering: list[Replica], found: list[Replica]) -> Finding:
    figures = {
        "replicas_found": float(len(found)),
        "replicas_ready": float(sum(replica.is_ready for replica in found)),
    }
    samples = samples_with("agentlab_workers", answering)
    if samples is None:
        detail = "nobody could count the jobs"
        return Finding(
            Component.JOBS, State.UNKNOWN, Reason.NO_ANSWER, detail=detail, figures=figures
        )
    workers, age_s = samples["agentlab_workers"], samples["agentlab_jobs_oldest_age_seconds"]
    state, reason = judged(workers, age_s)
    detail = f"{workers:.0f} workers, the oldest job waits for {age_s:.0f} s"
    return Finding(Component.JOBS, state, reason, detail=detail, figures=figures)


def search(answering: list[Replica]) -> Finding:
    component = Component.SEARCH
    samples = samples_with("agentlab_search_up", answering)
    if samples is None:
        return Finding(component, State.UNKNOWN, Reason.NO_ANSWER, detail="nobody could search")
    latency_ms = samples["agentlab_search_seconds"] * 1000
    if not samples["agentlab_search_up"]:
        detail = "the statement that finds by name failed, or took too long"
        return Finding(component, State.DOWN, Reason.NO_ANSWER, detail=detail)
    if latency_ms > SLOW_MS:
        return Finding(component, State.DEGRADED, Reason.SLOW, latency_ms)
    return Finding(component, State.UP, latency_ms=latency_ms)


def folders(answering: list[Replica]) -> Finding:
    component = Component.SYNC
    samples = samples_with("agentlab_workspaces", answering)
    if samples is None:
        detail = "nobody could look at the folders"
        return Finding(component, State.UNKNOWN, Reason.NO_ANSWER, detail=detail)
    looked_at, away = samples["agentlab_workspaces"], samples["agentlab_workspaces_away"]
    detail = f"{away:.0f} of {looked_at:.0f} folders cannot be read"
    figures = {"folders": looked_at, "folders_away": away}
    if 2 * away < looked_at or not away:  # a single one is its project's own matter
        return Finding(component, State.UP, detail=detail, figures=figures)
    if away == looked_at:
        reason = Reason.FOLDERS_AWAY
        return Finding(component, State.DOWN, reason, detail=detail, figures=figures)
    reason = Reason.SOME_FOLDERS_AWAY
    return Finding(component, State.DEGRADED, reason, detail=detail, figures=figures)


def samples_with(name: str, replicas: list[Replica]) -> dict[str, float] | None:
    return next((each.samples for each in replicas if name in each.samples), None)


def judged(workers: float, age_s: float) -> tuple[State, Reason | None]:
    if not workers:
        return State.DOWN, Reason.NO_WORKER
    if age_s > STUCK_S:
        return State.DOWN, Reason.STUCK
    if age_s > LATE_S:
        return State.DEGRADED, Reason.LATE
    return State.UP, None
