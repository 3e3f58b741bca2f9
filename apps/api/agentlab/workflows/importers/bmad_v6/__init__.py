"""BMAD v6, from its first beta to today, as `npx bmad-method@6 install` writes it."""

from agentlab.workflows.importers.bmad_v6.installation import detect

__all__ = ["detect"]
