"""One run of a process that serves: the port, the services, the schema, the app, a clean end."""

import asyncio
import errno
import gc
import http.client
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, closing, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from typing_extensions import override

from agentlab.errors import Conflict, InvalidInput
from agentlab.kit import logging
from agentlab.operations.embedded import (
    JWT_SECRET,
    PROOF_KEY,
    Connections,
    EmbeddedServices,
    holder_of,
)
from agentlab.operations.embedded.service import Report
from agentlab.settings import Settings

log = logging.get(__name__)

GRACE_S = 10
"""How long requests that have begun may take to end."""

READY_WITHIN_S = 10
"""After this, the person who waits is told where to look."""


class PortInUse(Conflict):
    code = "port_in_use"


class AddressUnusable(InvalidInput):
    code = "address_unusable"


def run(launch: "Launch") -> None:
    """Run `launch` to its end on the loop that uvicorn would choose."""
    factory = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(launch.until_stopped())


async def never() -> None:
    """Nothing makes the app start anew."""
    await asyncio.Event().wait()


@dataclass
class Launch:
    """One run of `agentlab up`, `serve` or `work`.

    The first signal asks it to stop, the second one hurries it.
    """

    settings: Settings
    create_app: Callable[[Settings], FastAPI] = field(kw_only=True)
    migrate: Callable[[str], None] | None = field(kw_only=True, default=None)
    """Brings the database to the schema of the code; None where a step of its own does that."""
    settle: Callable[[Connections], None] | None = field(kw_only=True, default=None)
    """Finishes a restore that was interrupted, before anybody looks at the schema."""
    renewed: Callable[[], Awaitable[None]] = field(kw_only=True, default=never)
    """Returns when the app has to start anew: its database is another one now."""
    beside: Callable[[Connections], Coroutine[Any, Any, None]] | None = field(
        kw_only=True, default=None
    )
    """Works beside the app as long as the services run, and ends cleanly when it is cancelled."""
    say: Report = field(kw_only=True)
    _services: EmbeddedServices = field(init=False)
    _server: "Server | None" = field(init=False, default=None)
    _app: FastAPI | None = field(init=False, default=None)
    _stopping: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._services = EmbeddedServices(
            self.settings.data_dir,
            database_url=self.settings.database_address,
            redis_url=self.settings.redis_address,
            address=self._address,
            report=self.say,
        )

    async def until_stopped(self) -> None:
        job = asyncio.create_task(self._job())
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if sig != signal.SIGHUP or signal.getsignal(sig) != signal.SIG_IGN:  # nohup
                asyncio.get_running_loop().add_signal_handler(sig, self._on_signal, sig, job)
        try:
            await job
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        self.say("Stopped.")

    def _on_signal(self, sig: signal.Signals, job: asyncio.Task[None]) -> None:
        if not self._stopping:
            self._stopping = True
            # A person at the terminal waits for nothing; a proxy needs time to turn away.
            drain_s = self.settings.drain_s if sig == signal.SIGTERM else 0
            self._drain(job, drain_s)
            self.say("Stopping… (Ctrl-C again to hurry)")
            return
        job.cancel()
        self._services.hurry()
        if self._server is not None:
            self._server.hurry()

    def _drain(self, job: asyncio.Task[None], drain_s: float) -> None:
        """Say on `/readyz` that this is the end; go on answering for `drain_s`, then stop."""
        if self._app is not None:
            self._app.state.stopping.set()
        if self._app is None or drain_s == 0:
            job.cancel()
        else:
            asyncio.get_running_loop().call_later(drain_s, job.cancel)

    async def _job(self) -> None:
        self._refuse_second()
        with closing(_listen(self.settings.host, self.settings.port)) as listener:
            try:
                connections = await self._services.start()
                if self.settle:
                    await asyncio.to_thread(self.settle, connections)
                if self.migrate:
                    self.say("Bringing the database up to date…")
                    await asyncio.to_thread(self.migrate, connections.as_owner)
                async with self._working_beside(connections):
                    await self._serve_again_and_again(connections, listener)
            finally:
                await self._services.stop()

    @asynccontextmanager
    async def _working_beside(self, connections: Connections) -> AsyncIterator[None]:
        working = asyncio.create_task(self.beside(connections)) if self.beside else None
        try:
            yield
        finally:
            if working:
                working.cancel()
                try:
                    await working
                except asyncio.CancelledError:
                    pass
                except Exception:  # it is no reason to end in another way
                    log.exception("work_beside_failed")

    def _refuse_second(self) -> None:
        """Say "already runs" rather than "port in use" when both are true."""
        if self.settings.database_url and self.settings.redis_url:
            return
        if holder := holder_of(self.settings.data_dir):
            raise holder.refusal(self.settings.data_dir)

    def _create_app(self, connections: Connections) -> FastAPI:
        settings = self.settings.with_servers(
            database_url=connections.database_url, redis_url=connections.redis_url
        )
        missing = [name for name in (JWT_SECRET, PROOF_KEY) if getattr(settings, name) is None]
        made = {name: self._services.signing_secret(name) for name in missing}
        secrets = {name: SecretStr(secret) for name, secret in made.items() if secret}
        return self.create_app(settings.model_copy(update=secrets))

    async def _serve_again_and_again(
        self, connections: Connections, listener: socket.socket
    ) -> None:
        while following := await self._serve(self._create_app(connections), listener):
            self.say("Starting AgentLab anew on what was restored…")
            listener = following

    async def _serve(self, app: FastAPI, listener: socket.socket) -> socket.socket | None:
        """Until a signal ends it. Where it has to start anew, the socket that callers wait at."""
        self._app = app
        # The app's own start and end surround the server, so that its errors reach us as they are.
        async with app.router.lifespan_context(app):
            gc.freeze()  # what is there now stays: no collection has to look at it again
            self._server = Server(_configuration(app, self.settings.trusted_proxies))
            serving = asyncio.create_task(self._server.serve(sockets=[listener]))
            watching = asyncio.create_task(self._services.supervise())
            renewing = asyncio.create_task(self._renewing(app, listener))
            announcing = asyncio.create_task(self._announce(listener))
            with suppress(asyncio.CancelledError):  # a signal; the app ends as if by itself
                await asyncio.wait(
                    {serving, watching, renewing}, return_when=asyncio.FIRST_COMPLETED
                )
            announcing.cancel()
            self._server.should_exit = True
            await serving
            if watching.done():
                watching.result()
            watching.cancel()
            renewing.cancel()
            return renewing.result() if renewing.done() and not self._stopping else None

    async def _renewing(self, app: FastAPI, listener: socket.socket) -> socket.socket:
        await self.renewed()
        app.state.stopping.set()  # streams end, and whoever asks is told
        return listener.dup()  # the server closes its own

    async def _announce(self, listener: socket.socket) -> None:
        host, port = listener.getsockname()[:2]
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on
        began, told = time.monotonic(), False
        while not await asyncio.to_thread(_is_ready, reachable, port):
            if not told and time.monotonic() - began > READY_WITHIN_S:
                told = True
                self.say(f"AgentLab is not ready yet; {self._address}/readyz says why")
            await asyncio.sleep(0.05)
        self.say(f"AgentLab is ready at {self._address}\nPress Ctrl-C to stop")

    @property
    def _address(self) -> str:
        host = self.settings.host
        shown = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - the same
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.settings.port}"


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: it would raise the signal again, and exit with it."""

    @override
    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override] # a context manager too
        return nullcontext()

    def hurry(self) -> None:
        """End requests now. Without the tasks' end, Python 3.12 waits for their connections."""
        self.force_exit = True
        for task in self.server_state.tasks:
            task.cancel()


def _configuration(app: FastAPI, trusted_proxies: tuple[str, ...]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Anybody can write these headers, and with them whose attempts to sign in are counted.
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=GRACE_S,
    )


def _listen(host: str, port: int) -> socket.socket:
    """Listen before anything is started: a port that is taken must cost no time."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return socket.create_server((host, port), family=found[0][0], backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 8000  # noqa: PLR2004 - the last port
            raise PortInUse(
                f"Port {port} on {host} is in use by another program. Stop it, or choose another "
                f"port: `PORT={other} make up`"
            ) from error
        raise AddressUnusable(
            f"AgentLab cannot listen on {host}, port {port}: {error.strerror or error}. Check "
            "AGENTLAB_HOST and PORT."
        ) from error


def _is_ready(host: str, port: int) -> bool:
    with closing(http.client.HTTPConnection(host, port, timeout=5)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
