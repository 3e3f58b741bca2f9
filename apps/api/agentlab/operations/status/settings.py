"""What the prober does only where it is set: copies of the site, and alarms by e-mail.

It reads the environment itself: the application's settings would load what the prober does without.
An empty value is none, as Compose passes on what `.env` does not say.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from agentlab.errors import InvalidInput
from agentlab.operations.backup.place import S3
from agentlab.operations.status.alarms import Letterhead, Postman
from agentlab.operations.status.backups import Backups
from agentlab.operations.status.copies import Bucket, Copy, Folder, Target
from agentlab.operations.status.prober import Address
from agentlab.operations.status.wording import Language

if TYPE_CHECKING:
    from agentlab.kit.mail import MailServer

Environment = Mapping[str, str]
NIGHTLY, OFF = "0 3 * * *", "off"
LOOKED_AT = 32
TLS = ("starttls", "tls", "none")


class SettingUnusable(InvalidInput):
    code = "setting_unusable"


def backups_wanted(environment: Environment, folder: Path) -> list[Backups]:
    """Looks at the backups, unless none are made: BACKUP_SCHEDULE says how often one is due."""
    schedule = environment.get("BACKUP_SCHEDULE") or NIGHTLY
    return [] if schedule == OFF else [Backups(folder, period_of(schedule))]


def period_of(schedule: str) -> timedelta:
    """The longest time between two moments that it names; a day, if it names none."""
    from croniter import CroniterError, croniter  # noqa: PLC0415 - most are nightly

    if schedule == NIGHTLY:
        return timedelta(days=1)
    try:
        moments = croniter(schedule, datetime(2026, 1, 1, tzinfo=UTC))
        named = [moments.get_next(datetime) for _ in range(LOOKED_AT)]
    except CroniterError:
        return timedelta(days=1)
    return max(later - earlier for earlier, later in pairwise(named))


def copies_wanted(environment: Environment) -> list[Copy]:
    """One for each place that is named."""
    targets: list[Target] = []
    if folder := environment.get("AGENTLAB_STATUS_COPY_FOLDER"):
        targets.append(Folder(Path(folder)))
    if bucket := environment.get("AGENTLAB_STATUS_S3_BUCKET"):
        authority = environment.get("AGENTLAB_STATUS_S3_CA")
        region = environment.get("AGENTLAB_STATUS_S3_REGION") or "us-east-1"
        amazon = f"https://s3.{region}.amazonaws.com"
        prefix = environment.get("AGENTLAB_STATUS_S3_PREFIX", "").strip("/")
        targets.append(
            Bucket(
                S3(
                    bucket=bucket,
                    endpoint=environment.get("AGENTLAB_STATUS_S3_ENDPOINT") or amazon,
                    region=region,
                    prefix=f"{prefix}/" if prefix else "",
                    access_key=environment.get("AGENTLAB_STATUS_S3_ACCESS_KEY", ""),
                    secret_key=secret_in(environment, "AGENTLAB_STATUS_S3_SECRET_KEY") or "",
                    ca=Path(authority) if authority else None,
                )
            )
        )
    return [Copy(each) for each in targets]


def postman_wanted(environment: Environment, address: Address) -> Postman | None:
    """None where there is no mail server, or nobody to write to.

    Raises:
        SettingUnusable: what is set cannot be used.
    """
    host = environment.get("SMTP_HOST")
    people = environment.get("AGENTLAB_ALARM_EMAIL", "").split(",")
    recipients = tuple(each.strip() for each in people if each.strip())
    if not host or not recipients:
        return None
    for each in recipients:
        if "@" not in each or any(not letter.isprintable() or letter == " " for letter in each):
            raise SettingUnusable(f"AGENTLAB_ALARM_EMAIL has “{each}” in it: no e-mail address.")
    language = environment.get("AGENTLAB_ALARM_LANGUAGE") or Language.ENGLISH
    if language not in list(Language):
        raise SettingUnusable("AGENTLAB_ALARM_LANGUAGE has to be en or fr.")
    sender = environment.get("SMTP_SENDER") or f"agentlab@{address.domain}"
    letterhead = Letterhead(sender, recipients, address.domain, address.url, Language(language))
    return Postman(lambda: server_in(environment, host), letterhead)


def server_in(environment: Environment, host: str) -> "MailServer":
    from agentlab.kit.mail import MailServer  # noqa: PLC0415 - most have none

    tls = environment.get("SMTP_TLS") or "starttls"
    port = environment.get("SMTP_PORT") or "587"
    if tls not in TLS or not port.isdigit():
        raise SettingUnusable("SMTP_TLS has to be starttls, tls or none, and SMTP_PORT a number.")
    return MailServer(
        host=host,
        port=int(port),
        tls=tls,  # type: ignore[arg-type] # one of the three, as was looked
        user=environment.get("SMTP_USER") or None,
        password=secret_in(environment, "SMTP_PASSWORD"),
    )


def secret_in(environment: Environment, name: str) -> str | None:
    """The value, or what is in the file that `NAME_FILE` names: read anew each time."""
    if file := environment.get(f"{name}_FILE"):
        with suppress(OSError, UnicodeDecodeError):
            return Path(file).read_text(encoding="utf-8").strip() or None
    return environment.get(name) or None
