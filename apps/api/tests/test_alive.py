import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from typing_extensions import override

from agentlab.alive import answers


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server that answers everything alike; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/livez" else 404)
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def test_a_process_that_answers_is_alive() -> None:
    with answering(200) as port:
        assert answers(port)
        assert not answers(port, "/elsewhere")


def test_one_that_answers_with_an_error_or_not_at_all_is_not() -> None:
    with answering(503) as port:
        assert not answers(port)
    assert not answers(port)


def test_the_command_says_it_with_its_exit_code() -> None:
    command = [sys.executable, "-m", "agentlab.alive"]
    with answering(200) as port:
        assert subprocess.run([*command, str(port)], check=False).returncode == 0
        assert subprocess.run([*command, str(port), "/elsewhere"], check=False).returncode == 1


def test_it_imports_nothing_of_the_application() -> None:
    script = (
        "import sys, agentlab.alive; print(*(m for m in sys.modules if m.startswith('agentlab')))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["agentlab", "agentlab.alive"]
