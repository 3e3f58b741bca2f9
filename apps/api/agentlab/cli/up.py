"""`agentlab up`: everything in one process tree, on one address, until Ctrl-C."""

from functools import partial

from agentlab.app import create_app
from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.kit import logging
from agentlab.kit.migrations import upgrade
from agentlab.operations.backup.desk import folder_of
from agentlab.operations.launch import Launch, run
from agentlab.operations.point_in_time.desk import keep
from agentlab.operations.restore.desk import settle
from agentlab.operations.restore.running import restored
from agentlab.settings import Settings


def up() -> None:
    """Start AgentLab with its database, and serve it until Ctrl-C.

    The address is `http://127.0.0.1:8000`, or what AGENTLAB_HOST and PORT say. PostgreSQL and
    Valkey are started too, in AGENTLAB_DATA_DIR, unless DATABASE_URL and REDIS_URL name others.
    """
    with one_sentence_on_failure():
        settings = Settings()
        logging.configure(settings.log_level, as_json=settings.environment != "development")
        launch = Launch(
            settings,
            create_app=create_app,
            migrate=upgrade,
            settle=partial(settle, settings, partial(create_app, with_worker=False), say),
            renewed=partial(restored, folder_of(settings)),
            beside=partial(keep, settings),
            say=say,
        )
        run(launch)
