"""The jobs' table of contents."""

from functools import partial

from agentlab.access_tokens import service as access_tokens
from agentlab.auth import once
from agentlab.context import Context
from agentlab.gates import files
from agentlab.imports import jobs as imports
from agentlab.kit.jobs import Worker
from agentlab.portfolio import standings


def create_worker(context: Context) -> Worker:
    """A worker that knows every job."""
    return Worker(
        context.database_url,
        {
            imports.IMPORT: partial(imports.run, context),
            files.WRITE: partial(files.write, context),
        },
        sweeps={
            "forget_old_replies": partial(once.forget_old, context),
            "forget_ended_refresh_tokens": partial(access_tokens.forget_ended, context),
            "write_missing_decision_files": partial(files.write_missing, context),
            "write_missing_standings": partial(standings.write_missing, context),
        },
    )
