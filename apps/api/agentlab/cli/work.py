"""`agentlab work`: the jobs of a server."""

from agentlab.cli.starting import start
from agentlab.cli.terminal import one_sentence_on_failure
from agentlab.settings import Settings
from agentlab.worker import create_worker_app

WORKER_PORT = 8001


def work() -> None:
    """Run jobs until SIGTERM.

    How the worker is stands on `/livez`, `/readyz` and `/metrics` of port 8001, or of PORT.
    """
    with one_sentence_on_failure():
        settings = Settings()
        if "port" not in settings.model_fields_set:
            settings = settings.model_copy(update={"port": WORKER_PORT})
        start(settings, create_worker_app)
