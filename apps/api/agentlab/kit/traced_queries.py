"""Loaded only where traces are on."""

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor
from typing_extensions import override

QUERY = "url.query"


class WithoutQueries(SpanProcessor):
    """Takes the query of an address out of spans: it may hold what nobody else should read."""

    @override
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if span.attributes and QUERY in span.attributes:
            span.set_attribute(QUERY, "")
