"""The jobs' table of contents."""

from functools import partial

from agentlab.access_tokens import service as access_tokens
from agentlab.audit import jobs as audit
from agentlab.auth import once
from agentlab.context import Context
from agentlab.gates import files
from agentlab.imports import jobs as imports
from agentlab.kit.jobs import Worker
from agentlab.portfolio import standings
from agentlab.portfolio.bin import service as bin_


def create_worker(context: Context) -> Worker:
    """A worker that knows every job."""
    return Worker(
        context.database_url,
        {
            imports.IMPORT: partial(imports.run, context),
            files.WRITE: partial(files.write, context),
            audit.VERIFY: partial(audit.run, context),
        },
        sweeps={
            "forget_old_replies": partial(once.forget_old, context),
            "forget_ended_refresh_tokens": partial(access_tokens.forget_ended, context),
            "write_missing_decision_files": partial(files.write_missing, context),
            "purge_the_bin": partial(bin_.purge_old, context),
            "write_missing_standings": partial(standings.write_missing, context),
            "verify_audit_trail_daily": partial(audit.verify_daily, context),
            "apply_audit_retention": partial(audit.apply_retention, context),
        },
    )
