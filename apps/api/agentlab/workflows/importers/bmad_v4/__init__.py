"""BMAD v4, as `npx bmad-method@4.x install` writes it, with its expansion packs."""

from agentlab.workflows.importers.bmad_v4.installation import detect

__all__ = ["detect"]
