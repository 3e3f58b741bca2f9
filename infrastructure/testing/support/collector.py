"""A collector of traces: takes what OTLP brings it over HTTP, and tells it as JSON to who asks."""

import gzip
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PORT = 4318
spans: list[dict[str, str]] = []


def take(body: bytes) -> None:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        of = {each.key: each.value.string_value for each in resource.resource.attributes}
        found = [span for scope in resource.scope_spans for span in scope.spans]
        spans.extend(told(span, of["service.name"]) for span in found)


def told(span: Span, service: str) -> dict[str, str]:
    return {
        "service": service,
        "name": span.name,
        "trace": span.trace_id.hex(),
        "span": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "attributes": str(span.attributes),
    }


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        self.answer(b"")

    def do_GET(self) -> None:
        self.answer(json.dumps(spans).encode())

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()
