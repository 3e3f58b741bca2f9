"""`agentlab doctor`: what is in order, what is not, and what to do about it."""

from agentlab.operations.host.doctor import (
    backups,
    containers,
    databases,
    desk,
    folder_files,
    machine,
    mail,
    models,
)
from agentlab.operations.host.doctor.findings import (
    Finding,
    Kind,
    Place,
    State,
    examine,
    find_place,
)

CHECKS = (
    *machine.checks,
    *containers.checks,
    *folder_files.checks,
    *databases.checks,
    *models.checks,
    *mail.checks,
    *backups.checks,
    *desk.checks,
)

__all__ = ["CHECKS", "Finding", "Kind", "Place", "State", "examine", "find_place"]
