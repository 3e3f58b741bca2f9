"""A real S3 server over TLS, moto's, that can be told to misbehave on the wire."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import trustme
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from agentlab.operations.backup import s3
from agentlab.operations.backup.place import S3

Answer = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes] | None]


def behave(_request: dict[str, Any], _start: Callable[..., Any]) -> None:
    """Answer as S3 does."""


@dataclass
class S3Server:
    place: S3
    misbehave: Answer = behave
    """May answer a request instead of the server, or change it and return None."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set at the end, for who waits."""

    def stored(self) -> dict[str, bytes]:
        client = s3.client(self.place)
        listed = client.list_objects_v2(Bucket=self.place.bucket).get("Contents", [])
        return {
            each["Key"]: client.get_object(Bucket=self.place.bucket, Key=each["Key"])["Body"].read()
            for each in listed
        }

    def begun(self) -> int:
        """How many uploads were begun and neither completed nor given up."""
        found = s3.client(self.place).list_multipart_uploads(Bucket=self.place.bucket)
        return len(found.get("Uploads", []))


@contextmanager
def running(folder: Path) -> Iterator[S3Server]:
    """Its certificate is signed by an authority of its own, which the client has to be told of."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    moto = DomainDispatcherApplication(create_backend_app)

    def application(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        answer = server.misbehave(request, start)
        return moto(request, start) if answer is None else answer

    pem = str(folder / "server.pem")
    listening = make_server("127.0.0.1", 0, application, threaded=True, ssl_context=(pem, pem))
    server = S3Server(
        S3(
            endpoint=f"https://localhost:{listening.server_port}",
            bucket=f"backups-{listening.server_port}",  # they outlive the server in moto
            region="us-east-1",
            prefix="lab/",
            access_key="ada",
            secret_key="countess",
            ca=folder / "ca.pem",
        )
    )
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        s3.client(server.place).create_bucket(Bucket=server.place.bucket)
        yield server
    finally:
        server.over.set()
        listening.shutdown()
        thread.join()
        listening.server_close()


def forget_last_part(request: dict[str, Any], _start: Callable[..., Any]) -> None:
    """A server that completes an upload without its last part, and says that all is well."""
    if request["REQUEST_METHOD"] == "POST" and "uploadId" in request["QUERY_STRING"]:
        body = request["wsgi.input"].read(int(request["CONTENT_LENGTH"]))
        parts = re.findall(rb"<Part>.*?</Part>", body, re.DOTALL)
        shorter = body.replace(parts[-1], b"")
        request["wsgi.input"] = BytesIO(shorter)
        request["CONTENT_LENGTH"] = str(len(shorter))


def break_a_part(request: dict[str, Any], _start: Callable[..., Any]) -> None:
    """A network that changes a byte of the second part."""
    if request["REQUEST_METHOD"] == "PUT" and "partNumber=2" in request["QUERY_STRING"]:
        body = bytearray(request["wsgi.input"].read(int(request["CONTENT_LENGTH"])))
        body[100] ^= 1
        request["wsgi.input"] = BytesIO(bytes(body))


def refuse(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
    """Keys that may not write."""
    return refusal(start) if request["REQUEST_METHOD"] == "POST" else None


def refusal(start: Callable[..., Any]) -> Iterable[bytes]:
    start("403 Forbidden", [("Content-Type", "application/xml")])
    return [b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"]


def keep_everything(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
    """Keys that may not delete."""
    return refusal(start) if request["REQUEST_METHOD"] == "DELETE" else None
