"""`agentlab status`: the prober that watches an installation, and what it knows.

`python -m agentlab.cli.status` is the same without loading the whole application: the prober runs
all day beside it and should not need its memory.
"""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from agentlab.errors import AgentLabError, Conflict, NotFound
from agentlab.kit import clock, logging
from agentlab.operations.host.folder import Installation
from agentlab.operations.status.archives import Archives
from agentlab.operations.status.components import Component
from agentlab.operations.status.disk import Disk
from agentlab.operations.status.edge import Edge
from agentlab.operations.status.exporter import Exporter, ExporterServer
from agentlab.operations.status.inside import Inside
from agentlab.operations.status.places import Places
from agentlab.operations.status.planned import Maintenance
from agentlab.operations.status.prober import INTERVAL_S, Address, Check, Prober
from agentlab.operations.status.reading import Overview, overview
from agentlab.operations.status.settings import backups_wanted, copies_wanted, postman_wanted
from agentlab.operations.status.speaking import components_of, span_of, words_of
from agentlab.operations.status.store import Standing, Store
from agentlab.operations.status.wording import Language, words_in

WIDE_ENOUGH = 160
PREFIX = 16
"""So much of an id is shown: ids of one moment begin alike."""

status = typer.Typer(name="status", help="How the installation is.", no_args_is_help=True)

State = Annotated[
    Path | None,
    typer.Option(envvar="AGENTLAB_STATE", help="The folder `state`. Default: the installation's."),
]
Domain = Annotated[str, typer.Option(envvar="AGENTLAB_DOMAIN", help="What people type.")]
HttpsPort = Annotated[
    int, typer.Option(envvar="AGENTLAB_HTTPS_PORT", help="Where people reach it.")
]


@status.command()
def probe(
    *,
    state: State = None,
    domain: Domain = "localhost",
    https_port: HttpsPort = 443,
    edge: Annotated[
        str, typer.Option(envvar="AGENTLAB_STATUS_EDGE", help="Where nginx listens for HTTPS.")
    ] = "nginx:8443",
    api: Annotated[
        str, typer.Option(envvar="AGENTLAB_STATUS_API", help="Where the api's processes listen.")
    ] = "api:8000",
    host: Annotated[str, typer.Option(help="Where /metrics and /livez are answered.")] = "0.0.0.0",  # noqa: S104 - Prometheus is another machine of the stack's network
    port: Annotated[int, typer.Option(help="The same, 0 for any that is free.")] = 8002,
    interval: Annotated[float, typer.Option(hidden=True)] = INTERVAL_S,
) -> None:
    """Check everything every 15 seconds and publish the status site, until SIGTERM."""
    logging.configure("info", as_json=True)
    places = Places(state or Installation.find().state)
    (edge_host, edge_port), (api_host, api_port) = split(edge), split(api)
    checks: list[Check] = [
        Edge(edge_host, edge_port, domain, places.authority, places.maintenance),
        Inside(api_host, api_port),
        Disk(places.store.parent),
        *backups_wanted(os.environ, places.backups),
        Archives(places.backups),
    ]
    address = Address(domain, https_port)
    exporter = Exporter()
    server = ExporterServer(exporter, host, port)
    server.start()
    try:
        prober = Prober(
            checks,
            places,
            address,
            exporter=exporter,
            copies=copies_wanted(os.environ),
            postman=postman_wanted(os.environ, address),
            interval_s=interval,
        )
        asyncio.run(until_told(prober))
    finally:
        server.stop()


async def until_told(prober: Prober) -> None:
    stopping = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, stopping.set)
    await prober.run(stopping)


@status.command()
def show(
    *,
    state: State = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Print what the prober found last, and the incidents that are open."""
    with one_sentence_on_failure():
        places = Places(state or Installation.find().state)
        seen, standings = remembered(places)
    if as_json:
        typer.echo(json.dumps(told(seen, standings), ensure_ascii=False, indent=2))
    else:
        print_overview(seen, standings)


Text = Annotated[str, typer.Argument(help="What the page and the feeds will say.")]
French = Annotated[str | None, typer.Option(help="The same in French; default: as it is.")]


@status.command()
def say(
    text: Text,
    *,
    french: French = None,
    incident: Annotated[
        str | None, typer.Option(help="The id, or how it begins. Default: the one that is open.")
    ] = None,
    state: State = None,
) -> None:
    """Add your words to an incident: what happened, what people can do, when it will be over."""
    with told_to(state) as store:
        explained = store.say(words_of(text, french), clock.now(), incident)
    typer.echo(f"Said, at “{words_in(Language.ENGLISH).title(explained)}” ({explained.id}).")


@status.command()
def plan(
    text: Text,
    *,
    start: Annotated[
        str, typer.Option("--from", help="Such as “2026-12-01 22:00” in UTC, or `now`.")
    ],
    end: Annotated[str, typer.Option("--to", help="The same, or a length such as 90m or 2h.")],
    component: Annotated[
        list[str] | None, typer.Option(help="What will be away; again for each. Default: all.")
    ] = None,
    french: French = None,
    state: State = None,
) -> None:
    """Announce maintenance: shown ahead, and nothing counts as an outage while it lasts."""
    with told_to(state) as store:
        now = clock.now()
        starts_at, ends_at = span_of(start, end, now)
        planned = store.plan(
            words_of(text, french),
            now,
            starts_at=starts_at,
            ends_at=ends_at,
            components=components_of(component or ()),
        )
    typer.echo(f"Announced: {line_of(planned)}")


@status.command()
def planned(*, state: State = None) -> None:
    """List maintenance that is under way or still to come."""
    with told_to(state) as store:
        now = clock.now()
        coming = [each for each in store.maintenances() if now < each.over_at]
    for each in reversed(coming):
        typer.echo(line_of(each))
    if not coming:
        typer.echo("No maintenance is planned.")


@status.command()
def cancel(
    maintenance: Annotated[str, typer.Argument(help="The id, or how it begins.")],
    *,
    state: State = None,
) -> None:
    """Call planned maintenance off, or end what is under way."""
    with told_to(state) as store:
        ended = store.cancel(maintenance, clock.now())
    typer.echo(f"Called off: {line_of(ended)}")


def line_of(planned: Maintenance) -> str:
    words = words_in(Language.ENGLISH)
    first, *_ = words.said(planned.words).splitlines()
    times = f"{planned.starts_at:%Y-%m-%d %H:%M} to {planned.ends_at:%Y-%m-%d %H:%M} UTC"
    return f"{planned.id[:PREFIX]}  {times}  {words.about(planned)}: {first}"


@contextmanager
def one_sentence_on_failure() -> Iterator[None]:
    """As in `cli/terminal.py`, without what that loads for errors that cannot happen here."""
    try:
        yield
    except AgentLabError as error:
        typer.secho(error.detail, fg="red", err=True)
        raise typer.Exit(1) from error


@contextmanager
def told_to(state: Path | None) -> Iterator[Store]:
    """The prober's memory, to write into; it publishes what is new with its next round."""
    with one_sentence_on_failure():
        places = Places(state or Installation.find().state)
        if not places.store.exists():
            raise nothing_in(places)
        try:
            store = Store(places.store)
            try:
                yield store
            finally:
                store.close()
        except sqlite3.Error as error:
            raise NothingKept(
                f"{places.store} could not be written to ({error}). Run this as the user that the "
                "installation belongs to, and look whether the disk is full."
            ) from error


class NothingProbed(NotFound):
    code = "nothing_probed"


class NothingKept(Conflict):
    code = "nothing_kept"


def nothing_in(places: Places, error: Exception | str = "it is not there") -> NothingProbed:
    return NothingProbed(
        f"{places.store} holds nothing that can be read ({error}). The prober writes it: look "
        "whether the service `status` runs."
    )


def remembered(places: Places) -> tuple[Overview, dict[Component, Standing]]:
    try:
        store = Store(places.store, read_only=True)
        try:
            return overview(store, places, clock.now()), store.standings()
        finally:
            store.close()
    except sqlite3.Error as error:
        raise nothing_in(places, error) from error


def print_overview(seen: Overview, standings: dict[Component, Standing]) -> None:
    words = words_in(Language.ENGLISH)
    # A table that is piped somewhere is not folded to a screen that is not there.
    screen = Console(
        markup=False, highlight=False, width=None if sys.stdout.isatty() else WIDE_ENOUGH
    )
    screen.print(words.say(f"indicator.{seen.indicator}"), style="bold")
    screen.print(table_of(seen, standings))
    for incident in seen.open_incidents:
        screen.print(f"{words.title(incident)}: {words.update(incident, incident.updates[-1])}")


def told(seen: Overview, standings: dict[Component, Standing]) -> dict[str, object]:
    """What is published, with the details that are not."""
    words = words_in(Language.ENGLISH)
    return {
        "status": seen.indicator,
        "components": [
            {
                "id": part.component,
                "state": part.state,
                "reason": part.reason,
                "uptime": part.uptime,
                "checked_at": standing.at.isoformat() if standing else None,
                "latency_ms": standing.finding.latency_ms if standing else None,
                "detail": standing.finding.detail if standing else "",
            }
            for part, standing in ((each, standings.get(each.component)) for each in seen.parts)
        ],
        "open_incidents": [
            {
                "id": incident.id,
                "title": words.title(incident),
                "status": incident.status,
                "opened_at": incident.opened_at.isoformat(),
                "says": words.update(incident, incident.updates[-1]),
            }
            for incident in seen.open_incidents
        ],
    }


def table_of(seen: Overview, standings: dict[Component, Standing]) -> Table:
    words = words_in(Language.ENGLISH)
    table = Table("Component", "State", "Uptime", "Response", "Checked", "Detail", box=None)
    for part in seen.parts:
        standing = standings.get(part.component)
        latency = standing.finding.latency_ms if standing else None
        table.add_row(
            words.name(part.component),
            words.say(f"states.{part.state}"),
            "" if part.uptime is None else f"{words.percent(part.uptime)}%",
            "" if latency is None else f"{latency:.0f} ms",
            f"{standing.at:%d %b %H:%M:%S}" if standing else "",
            standing.finding.detail if standing else "",
        )
    return table


def split(address: str) -> tuple[str, int]:
    """`nginx:8443` as host and port."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise typer.BadParameter(f"{address} is not an address such as nginx:8443")
    return host.strip("[]"), int(port)


if __name__ == "__main__":
    status()
