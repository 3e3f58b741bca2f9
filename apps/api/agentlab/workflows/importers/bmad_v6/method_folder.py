"""Where BMAD v6 lies in a project: `_bmad`, or in the alphas a folder of any name."""

from agentlab.workflows.importers.project_files import ProjectFiles

FOLDER = "_bmad"
MANIFEST = "_config/manifest.yaml"
ALPHA_MANIFEST = "_cfg/manifest.yaml"

# A project folder holds a few dozen names; one with thousands is no reason to try each.
MAX_TRIED = 500


def method_folder(files: ProjectFiles) -> str | None:
    """The folder of an installation of 6.0 or later, or else of an alpha."""
    return FOLDER if is_installed(files) else alpha_folder(files)


def is_installed(files: ProjectFiles) -> bool:
    """Whether `_bmad` is there as everything after the early alphas writes it."""
    return any(
        files.is_file(f"{FOLDER}/{name}") for name in (MANIFEST, "config.toml", "bmm/config.yaml")
    )


def alpha_folder(files: ProjectFiles) -> str | None:
    """The first folder, by name, that an early alpha was installed in."""
    tried = files.names()[:MAX_TRIED]
    return next((name for name in tried if files.is_file(f"{name}/{ALPHA_MANIFEST}")), None)
