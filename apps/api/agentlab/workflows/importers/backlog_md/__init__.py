"""Backlog.md, as `backlog init` writes it: a file for each task, with its status at the top."""

from agentlab.workflows.importers.backlog_md.installation import detect

__all__ = ["detect"]
