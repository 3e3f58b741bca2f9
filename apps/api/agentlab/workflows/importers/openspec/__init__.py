"""OpenSpec, as `openspec init` writes it: a folder for each change, and a schema of artefacts."""

from agentlab.workflows.importers.openspec.installation import detect

__all__ = ["detect"]
