"""The alphas of BMAD v6, whose workflows are path files and whose state is a status file."""

from agentlab.workflows.importers.bmad_v6_alpha.installation import detect

__all__ = ["detect"]
