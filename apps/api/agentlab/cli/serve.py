"""`agentlab serve`: the API of a server."""

from agentlab.app import create_app
from agentlab.cli.starting import start
from agentlab.cli.terminal import one_sentence_on_failure
from agentlab.settings import Settings


def serve() -> None:
    """Serve the API until SIGTERM, with PostgreSQL and Redis elsewhere and jobs in `agentlab work`.

    The schema is expected to be there: `agentlab migrate` makes it.
    """
    with one_sentence_on_failure():
        start(Settings(), lambda settings: create_app(settings, with_worker=False))
