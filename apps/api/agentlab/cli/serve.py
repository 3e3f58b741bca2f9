"""`agentlab serve` and `agentlab work`: the processes of a server, one kind in each container."""

from collections.abc import Callable

from fastapi import FastAPI

from agentlab.cli.up import one_sentence_on_failure, say
from agentlab.context import NOT_CONFIGURED, NotConfigured
from agentlab.kit import logging
from agentlab.operations.launch import Launch, run
from agentlab.settings import Settings

WORKER_PORT = 8001


def serve() -> None:
    """Serve the API until SIGTERM, with PostgreSQL and Redis elsewhere and jobs in `agentlab work`.

    The schema is expected to be there: `agentlab migrate` makes it.
    """
    from agentlab.app import create_app  # noqa: PLC0415 - the other commands need not wait for it

    with one_sentence_on_failure():
        start(Settings(), lambda settings: create_app(settings, with_worker=False))


def work() -> None:
    """Run jobs until SIGTERM.

    How the worker is stands on `/livez`, `/readyz` and `/metrics` of port 8001, or of PORT.
    """
    from agentlab.worker import create_worker_app  # noqa: PLC0415 - the same

    with one_sentence_on_failure():
        settings = Settings()
        if "port" not in settings.model_fields_set:
            settings = settings.model_copy(update={"port": WORKER_PORT})
        start(settings, create_worker_app)


def start(settings: Settings, create_app: Callable[[Settings], FastAPI]) -> None:
    if settings.database_address is None or settings.redis_address is None:
        raise NotConfigured(NOT_CONFIGURED)
    logging.configure(settings.log_level, as_json=settings.environment != "development")
    run(Launch(settings, create_app=create_app, say=say))
