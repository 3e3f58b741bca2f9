"""The digest as an e-mail: text and HTML, in the reader's language."""

import json
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from agentlab.auth.models import User
from agentlab.auth.schemas import Language
from agentlab.inbox.models import ItemKind
from agentlab.settings import Settings

PAGES = Environment(
    loader=PackageLoader("agentlab.inbox", "mails"),
    autoescape=select_autoescape(["html.j2"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


@cache
def words_in(language: Language) -> dict[str, str]:
    file = files("agentlab.inbox") / "mails" / f"{language}.json"
    words: dict[str, str] = json.loads(file.read_text("utf-8"))
    return words


def letter(
    settings: Settings, user: User, inbox: dict[str, Any], *, zone: ZoneInfo, name: str
) -> EmailMessage:
    """The message.

    Args:
        settings: say where links lead, and who it comes from.
        user: who gets it.
        inbox: what `reading.inbox` found for them.
        zone: in which days are said.
        name: makes its `Message-ID`, so that a mail that arrives twice is known to be one.
    """
    language = Language(user.language) if user.language else Language.ENGLISH
    words, count = words_in(language), inbox["totals"]["items"]
    amount = "none" if count == 0 else "one" if count == 1 else "many"
    subject = words[amount].format(count=count)
    shown = [
        lines_of(item, words, settings.address, zone, inbox["reading"]["words_a_minute"])
        for item in inbox["page"]["items"]
    ]
    minutes = minutes_of(inbox["totals"]["words"], inbox["reading"]["words_a_minute"])
    left = count - len(shown)
    told = {
        "language": language,
        "subject": subject,
        "items": shown,
        "address": f"{settings.address}/inbox",
        "profile": f"{settings.address}/profile",
        "words": {
            **words,
            "reading": reading_in(words, minutes),
            "more": words["more"].format(count=left) if left > 0 else "",
        },
    }
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = Address("AgentLab", addr_spec=settings.sender)
    message["To"] = Address(user.name, addr_spec=user.email)
    message["Message-ID"] = f"<{name}@{settings.sender.rpartition('@')[2]}>"
    message["Date"] = datetime.now(zone)
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = str(language)
    message.set_content(PAGES.get_template("digest.txt.j2").render(told))
    message.add_alternative(PAGES.get_template("digest.html.j2").render(told), subtype="html")
    return message


def lines_of(
    item: dict[str, Any], words: dict[str, str], address: str, zone: ZoneInfo, words_a_minute: int
) -> dict[str, str]:
    place = item["place"]
    facts = [words["waits"].format(day=day_of(item["since"], zone))]
    if item["due_at"]:
        facts.append(words["due"].format(day=day_of(item["due_at"], zone)))
    if item["words"]:
        facts.append(words["to_read"].format(minutes=minutes_of(item["words"], words_a_minute)))
    gate = item["gate_id"]
    path = f"/gates/{gate}" if gate else f"/projects/{place['project_id']}"
    said = " ".join(item["text"].split())
    is_one = item["kind"] == ItemKind.CONTRADICTION and item["count"] == 1
    title = words["contradiction_one" if is_one else finer_of(item) or item["kind"]]
    return {
        "title": title.format(stage=item["title"], count=item["count"]),
        "place": f"{place['client']} / {place['project']}",
        "text": f"{item['by']}: {said}" if item["by"] and said else said,
        "facts": " · ".join(facts),
        "address": address + path,
    }


def finer_of(item: dict[str, Any]) -> str | None:
    """What it is where its kind does not say it: what a stage asks, or a method that changed."""
    if item["asks"]:
        return "condition" if item["asks"]["condition"] else "route"
    return "method" if item["kind"] == ItemKind.CONFLICT and not item["gate_id"] else None


def reading_in(words: dict[str, str], minutes: int) -> str:
    if minutes == 0:
        return words["reading_none"]
    return words["reading_one"] if minutes == 1 else words["reading"].format(minutes=minutes)


def minutes_of(words: int, words_a_minute: int) -> int:
    return max(1, round(words / words_a_minute)) if words else 0


def day_of(moment: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(moment).astimezone(zone).date().isoformat()
