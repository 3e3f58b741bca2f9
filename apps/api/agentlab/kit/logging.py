"""Structured logs: one JSON object a line, or coloured lines on a terminal."""

import logging
import sys

import structlog

Logger = structlog.stdlib.BoundLogger

REQUESTS = "agentlab.request"
"""The logger that has one line for every request."""


def configure(level: str, *, as_json: bool) -> None:
    """Send structlog and the standard library's loggers to standard error in one shape."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        # The pretty traceback prints every local variable, secrets too, and takes seconds.
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([structlog.processors.format_exc_info] if as_json else []),
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # These say at INFO what our own logs say already, or what nobody asked.
    quiet = ["uvicorn.error", "procrastinate", "alembic", "httpx"]
    if not as_json and level != "debug":
        quiet.append(REQUESTS)  # a person at a terminal has the browser before them
    for name in quiet:
        logging.getLogger(name).setLevel(logging.WARNING)


def get(name: str) -> Logger:
    """The logger of a module: `log = logging.get(__name__)`."""
    logger: Logger = structlog.stdlib.get_logger(name)
    return logger
