"""GitHub Spec Kit, as `specify init` writes it: a folder for each feature, and workflow files."""

from agentlab.workflows.importers.spec_kit.installation import detect

__all__ = ["detect"]
