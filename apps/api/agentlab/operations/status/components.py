"""What is watched, and the words for what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Component(StrEnum):
    """A part that a person would name when asking whether it works."""

    WEB = "web"
    SIGN_IN = "sign_in"
    API = "api"
    DATABASE = "database"
    CACHE = "cache"
    JOBS = "jobs"
    SEARCH = "search"
    SYNC = "sync"
    CERTIFICATE = "certificate"
    DISK = "disk"
    BACKUP = "backup"
    PROOF = "proof"
    ARCHIVE = "archive"


class Group(StrEnum):
    """Components that are shown together."""

    PEOPLE = "people"
    SERVICES = "services"
    HOUSEKEEPING = "housekeeping"


GROUPS: Mapping[Group, tuple[Component, ...]] = {
    Group.PEOPLE: (Component.WEB, Component.SIGN_IN, Component.API),
    Group.SERVICES: (
        Component.DATABASE,
        Component.CACHE,
        Component.JOBS,
        Component.SEARCH,
        Component.SYNC,
    ),
    Group.HOUSEKEEPING: (
        Component.CERTIFICATE,
        Component.DISK,
        Component.BACKUP,
        Component.PROOF,
        Component.ARCHIVE,
    ),
}
"""The page's order."""

IN_FRONT = GROUPS[Group.PEOPLE]
"""What people reach themselves, all of it through the edge."""


class State(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"
    """Nobody could tell, because what would have been asked is away itself."""


class Reason(StrEnum):
    """Why a component is not simply up."""

    NO_ANSWER = "no_answer"
    WRONG_ANSWER = "wrong_answer"
    SLOW = "slow"
    AWAY = "away"
    AWAY_FOR_SOME = "away_for_some"
    NO_WORKER = "no_worker"
    LATE = "late"
    STUCK = "stuck"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_OF_ANOTHER = "certificate_of_another"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    EXPIRES_SOON = "expires_soon"
    NEARLY_FULL = "nearly_full"
    FULL = "full"
    FOLDERS_AWAY = "folders_away"
    SOME_FOLDERS_AWAY = "some_folders_away"
    NO_BACKUP = "no_backup"
    BACKUP_LATE = "backup_late"
    BACKUP_FAILED = "backup_failed"
    COPY_FAILED = "copy_failed"
    NO_COPY = "no_copy"
    ARCHIVE_STOPPED = "archive_stopped"
    ARCHIVE_NOT_COPIED = "archive_not_copied"
    NOT_PROVEN = "not_proven"
    PROOF_LATE = "proof_late"
    PROOF_FAILED = "proof_failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look at a component found.

    `detail` may name addresses and numbers: operators read it, and it is never published.
    """

    component: Component
    state: State
    reason: Reason | None = None
    latency_ms: float | None = None
    detail: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Numbers for Prometheus, by what they are called there."""
