"""The start of a process of a server, one kind in each container."""

from collections.abc import Callable

from fastapi import FastAPI

from agentlab.cli.terminal import say
from agentlab.context import NOT_CONFIGURED, NotConfigured
from agentlab.kit import logging
from agentlab.operations.launch import Launch, run
from agentlab.settings import Settings


def start(settings: Settings, create_app: Callable[[Settings], FastAPI]) -> None:
    """Run the app until SIGTERM, with PostgreSQL and Redis elsewhere.

    Raises:
        NotConfigured: it is not said where they are.
    """
    if settings.database_address is None or settings.redis_address is None:
        raise NotConfigured(NOT_CONFIGURED)
    logging.configure(settings.log_level, as_json=settings.environment != "development")
    run(Launch(settings, create_app=create_app, say=say))
