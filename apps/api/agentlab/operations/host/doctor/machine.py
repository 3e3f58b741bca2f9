"""The machine: ports, disk, memory, processors, clock and name."""

import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from agentlab.operations.embedded import holder_of
from agentlab.operations.host.compose import docker
from agentlab.operations.host.doctor.findings import (
    Kind,
    Place,
    Table,
    Verdict,
    ok,
    problem,
    unknown,
    warning,
)
from agentlab.operations.host.variables import LOCALHOST

checks = Table()

GB = 1_000_000_000
DISK_WANTED, DISK_NEEDED = 5 * GB, 2 * GB
DESK_WANTED, DESK_NEEDED = 1 * GB, GB // 5
MEMORY_NEEDED = 1_800_000_000  # what a machine of 2 GB leaves after its kernel
PROCESSORS_WANTED = 2
CLOCK_TOLERATED_S, CLOCK_WRONG_S = 5, 60


@checks.on(Kind.HOST)
def ports(place: Place) -> Verdict:
    """The ports that browsers come to are free, or AgentLab's own."""
    env = place.installation.read_env()
    wanted = [int(env.get(f"AGENTLAB_{name}_PORT") or default) for name, default in PORTS.items()]
    ours = published_by_us(place) if place.has_engine else set()
    taken = {port: who for port in wanted if port not in ours and (who := holder_of_port(port))}
    if taken:
        whose = "; ".join(f"port {port} is held by {who}" for port, who in taken.items())
        return problem(
            whose[0].upper() + whose[1:] + ".",
            "Stop that program, or set AGENTLAB_HTTP_PORT and AGENTLAB_HTTPS_PORT in .env.",
        )
    state = "held by this AgentLab" if ours.issuperset(wanted) else "free"
    return ok(f"Ports {' and '.join(map(str, wanted))} are {state}.")


PORTS = {"HTTP": "80", "HTTPS": "443"}


@checks.on(Kind.DESK)
def port(place: Place) -> Verdict:
    """The port of `agentlab up` is free, or AgentLab's own."""
    wanted = place.settings.port
    holder = holder_of(place.settings.data_dir)
    if holder and holder.address and urlsplit(holder.address).port == wanted:
        return ok(f"AgentLab runs at {holder.address}.")
    if who := holder_of_port(wanted):
        return problem(
            f"Port {wanted} is held by {who}.", f"Stop it, or start with PORT={wanted + 1}."
        )
    return ok(f"Port {wanted} is free.")


def published_by_us(place: Place) -> set[int]:
    """The ports that containers of this installation publish."""
    label = f"label=com.docker.compose.project.working_dir={place.installation.root}"
    ids = docker("ps", "--quiet", "--filter", label, timeout_s=5).split()
    if not ids:
        return set()
    lines = docker("inspect", "--format", PUBLISHED, *ids, timeout_s=5).split()
    return {int(line) for line in lines if line.isdigit()}


PUBLISHED = "{{range .HostConfig.PortBindings}}{{range .}}{{.HostPort}} {{end}}{{end}}"


def holder_of_port(number: int) -> str | None:
    """Who listens on a port of this machine."""
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (number,):
            return name_of(connection.pid)
    return None


def name_of(pid: int | None) -> str:
    if pid is None:
        return "another user's program (root can see which: `sudo ss -ltnp`)"
    try:
        return f"{psutil.Process(pid).name()} (process {pid})"
    except psutil.Error:
        return f"process {pid}"


@checks.on(Kind.HOST, Kind.DESK)
def disk(place: Place) -> Verdict:
    """There is room for data, and on a host for the images of the next release."""
    wanted, needed = (
        (DISK_WANTED, DISK_NEEDED) if place.kind is Kind.HOST else (DESK_WANTED, DESK_NEEDED)
    )
    folder, free = min(
        ((each, shutil.disk_usage(each).free) for each in places_of_data(place)),
        key=lambda found: found[1],
    )
    sentence = f"{free / GB:.1f} GB are free on the disk of {folder}."
    remedy = "Free some space (`docker system df` shows what images take), or enlarge the disk."
    if free < needed:
        return problem(sentence, remedy)
    return warning(sentence, remedy) if free < wanted else ok(sentence)


def places_of_data(place: Place) -> Iterator[Path]:
    if place.kind is Kind.DESK:
        data_dir = place.settings.data_dir
        yield next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
        return
    yield place.installation.root
    if place.has_engine:
        root = Path(docker("info", "--format", "{{.DockerRootDir}}", timeout_s=5))
        if root.exists():  # an engine elsewhere has its disk elsewhere
            yield root


@checks.on(Kind.HOST, Kind.DESK)
def memory(_: Place) -> Verdict:
    """The machine has the memory that AgentLab is tested with."""
    total = psutil.virtual_memory().total
    sentence = f"The machine has {total / GB:.1f} GB of memory."
    if total < MEMORY_NEEDED:
        return problem(sentence, "AgentLab is tested with 2 GB and more. Take a larger machine.")
    return ok(sentence)


@checks.on(Kind.HOST)
def processors(_: Place) -> Verdict:
    """The machine has two processors or more."""
    count = psutil.cpu_count() or 1
    if count < PROCESSORS_WANTED:
        return warning(
            "The machine has one processor.", "It works, but a deploy will be felt. Take two."
        )
    return ok(f"The machine has {count} processors.")


@checks.on(Kind.HOST)
def clock(place: Place) -> Verdict:
    """The clock agrees with the one of a server: certificates and tokens depend on it."""
    for server in place.clocks:
        offset = offset_to(server)
        if offset is None:
            continue
        size = abs(offset)
        host = urlsplit(server).hostname
        if size <= CLOCK_TOLERATED_S:
            return ok(f"The clock agrees with {host}.")
        direction = "behind" if offset > 0 else "ahead of"
        sentence = f"The clock is {size:.0f} s {direction} that of {host}."
        remedy = "Switch time synchronisation on: `timedatectl set-ntp true`."
        return (problem if size > CLOCK_WRONG_S else warning)(sentence, remedy)
    return unknown(
        "The clock could not be compared: no server was reachable.",
        "Where the internet is closed, compare `date -u` with another machine's.",
    )


def offset_to(server: str) -> float | None:
    """Seconds that a server's clock is ahead of ours, from the Date that every answer carries."""
    began = time.time()
    try:
        # Unverified on purpose: a wrong clock is what makes good certificates look bad.
        answer = httpx.head(server, timeout=2.5, verify=False)  # noqa: S501 - as the line above says
        date = parsedate_to_datetime(answer.headers["Date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return None
    middle = (began + time.time()) / 2
    return date.timestamp() + 0.5 - middle  # the header has whole seconds


@checks.on(Kind.HOST)
def dns(place: Place) -> Verdict | None:
    """The domain leads to this machine."""
    domain = place.installation.domain
    if domain.endswith(LOCALHOST):
        return None
    try:
        found = {
            str(each[4][0]) for each in socket.getaddrinfo(domain, 443, type=socket.SOCK_STREAM)
        }
    except socket.gaierror:
        return problem(
            f"{domain} has no address.",
            f"Make an A record (and AAAA for IPv6) for {domain} where its DNS is kept.",
        )
    addresses = ", ".join(sorted(found))
    if found & own_addresses():
        return ok(f"{domain} leads to {addresses}, an address of this machine.")
    if any(serves_our_certificate(place, address) for address in found):
        return ok(f"{domain} leads to {addresses}, where our certificate answers.")
    return warning(
        f"{domain} leads to {addresses}, which is no address of this machine.",
        "Behind a NAT or a load balancer that is right. Otherwise correct the DNS record.",
    )


def own_addresses() -> set[str]:
    return {each.address for found in psutil.net_if_addrs().values() for each in found}


def serves_our_certificate(place: Place, address: str) -> bool:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    https_port = int(place.installation.read_env().get("AGENTLAB_HTTPS_PORT") or 443)
    try:
        with (
            socket.create_connection((address, https_port), timeout=3) as plain,
            context.wrap_socket(plain, server_hostname=place.installation.domain) as secure,
        ):
            shown = ssl.DER_cert_to_PEM_cert(secure.getpeercert(binary_form=True) or b"")
    except OSError:
        return False
    return shown.strip() in place.installation.live_certificate.read_text()
