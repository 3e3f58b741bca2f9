"""The jobs' table of contents, and the process of a server that runs them."""

from functools import partial

from fastapi import FastAPI

from agentlab.access_tokens import service as access_tokens
from agentlab.api_tokens import service as api_tokens
from agentlab.audit import jobs as audit
from agentlab.auth import once
from agentlab.context import Context
from agentlab.documents import words
from agentlab.gates import (
    due,
    files,
    flow_file,
    torn,  # noqa: F401 - looks at every scan
)
from agentlab.gates.staleness import looking as staleness
from agentlab.imports import jobs as imports
from agentlab.inbox import digest
from agentlab.kit import problems
from agentlab.kit.jobs import DEFAULT, Worker
from agentlab.operations.backup import jobs as backup
from agentlab.operations.backup.desk import place_of_running as desk
from agentlab.people import links
from agentlab.portfolio import standings
from agentlab.portfolio.bin import service as bin_
from agentlab.process import create_base
from agentlab.settings import Settings
from agentlab.templates import news  # noqa: F401 - looks at every scan


def create_worker(context: Context, *, backs_up: bool = False) -> Worker:
    """A worker that knows every job.

    `backs_up`: also make backups of a desk; on servers a container of their own does.
    """
    return Worker(
        context.database_url,
        {
            imports.IMPORT: partial(imports.run, context),
            files.WRITE: partial(files.write, context),
            flow_file.WRITE: partial(flow_file.write, context),
            staleness.LOOK: partial(staleness.look_again, context),
            digest.SEND: partial(digest.send, context),
            audit.VERIFY: partial(audit.run, context),
            **(backup.jobs_of(context, desk) if backs_up else {}),
        },
        sweeps={
            "forget_old_replies": partial(once.forget_old, context),
            "forget_ended_refresh_tokens": partial(access_tokens.forget_ended, context),
            "forget_ended_links": partial(links.forget_ended, context),
            "forget_addresses_of_ended_tokens": partial(api_tokens.forget_addresses, context),
            "write_missing_decision_files": partial(files.write_missing, context),
            "remind_of_due_gates": partial(due.remind, context),
            "find_overlooked_stale_approvals": partial(staleness.find_overlooked, context),
            "ask_for_digests": partial(digest.ask_for_due, context),
            "count_missing_words": partial(words.count_missing, context),
            "purge_the_bin": partial(bin_.purge_old, context),
            "write_missing_standings": partial(standings.write_missing, context),
            "verify_audit_trail_daily": partial(audit.verify_daily, context),
            "apply_audit_retention": partial(audit.apply_retention, context),
            **(backup.sweeps_of(context, desk) if backs_up else {}),
        },
        queues=(DEFAULT, backup.QUEUE) if backs_up else (DEFAULT,),
    )


def create_worker_app(settings: Settings) -> FastAPI:
    """The worker: it runs jobs, and over HTTP says only how it is."""
    app = create_base(settings, create_worker, service="agentlab-worker")
    app.router.default = problems.unknown_address
    return app
