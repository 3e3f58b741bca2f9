"""The history as RSS 2.0 and Atom: incidents with their updates, and releases."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.etree import ElementTree as ET

from agentlab.operations.status.drills import Drill
from agentlab.operations.status.incidents import Incident
from agentlab.operations.status.planned import Maintenance
from agentlab.operations.status.reading import Overview
from agentlab.operations.status.releases import Release
from agentlab.operations.status.wording import Words

ATOM = "http://www.w3.org/2005/Atom"
MOST = 50
ET.register_namespace("atom", ATOM)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, as both formats tell it."""

    link: str
    title: str
    text: str
    published_at: datetime
    updated_at: datetime


def entries(overview: Overview, words: Words, url: str) -> list[Entry]:
    incidents = [*overview.open_incidents, *overview.past_incidents]
    found = [
        *(of_incident(each, words, url) for each in incidents),
        *(of_maintenance(each, words, url, overview.at) for each in overview.maintenances),
        *(of_release(each, words, url) for each in overview.releases),
        *(of_drill(each, words, url) for each in overview.drills),
    ]
    return sorted(found, key=lambda each: each.updated_at, reverse=True)[:MOST]


def of_incident(incident: Incident, words: Words, url: str) -> Entry:
    paragraphs = [
        f"<p><strong>{escape(words.say(f'statuses.{update.status}'))}</strong>"
        f" · {escape(words.moment(update.at))}<br/>{lines(words.update(incident, update))}</p>"
        for update in reversed(incident.updates)
    ]
    link = f"{url}#incident-{incident.id}"
    text = "".join(paragraphs)
    return Entry(link, words.title(incident), text, incident.opened_at, incident.updated_at)


def of_maintenance(planned: Maintenance, words: Words, url: str, now: datetime) -> Entry:
    stage = words.say(f"stages.{planned.stage(now)}")
    when = words.say(
        "from_to", start=words.moment(planned.starts_at), end=words.moment(planned.ends_at)
    )
    text = (
        f"<p><strong>{escape(stage)}</strong> · {escape(when)}<br/>"
        f"{lines(words.said(planned.words))}</p>"
    )
    link = f"{url}#maintenance-{planned.id}"
    changed_at = planned.changed_at(now)
    return Entry(link, words.about(planned), text, planned.planned_at, changed_at)


def lines(text: str) -> str:
    """A person's lines stay lines."""
    return escape(text).replace("\n", "<br/>")


def of_release(release: Release, words: Words, url: str) -> Entry:
    title = words.say(f"outcomes.{release.outcome}", version=release.version)
    text = f"<p>{escape(title)} · {escape(words.moment(release.at))}</p>"
    return Entry(f"{url}#release-{escape(release.id)}", title, text, release.at, release.at)


def of_drill(drill: Drill, words: Words, url: str) -> Entry:
    title = words.result(drill)
    text = f"<p>{escape(title)} · {escape(words.moment(drill.at))}</p>"
    return Entry(f"{url}#drill-{escape(drill.id)}", title, text, drill.at, drill.at)


def rss(overview: Overview, words: Words, url: str) -> bytes:
    """The feed at `history.rss` below `url`."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    say(channel, "title", words.say("title"))
    say(channel, "link", url)
    say(channel, "description", words.say("about"))
    say(channel, "language", words.language)
    found = entries(overview, words, url)
    say(channel, "lastBuildDate", format_datetime(newest(found, overview), usegmt=True))
    ET.SubElement(
        channel,
        f"{{{ATOM}}}link",
        href=f"{url}history.rss",
        rel="self",
        type="application/rss+xml",
    )
    for entry in found:
        item = ET.SubElement(channel, "item")
        say(item, "title", entry.title)
        say(item, "link", entry.link)
        say(item, "guid", entry.link)
        say(item, "pubDate", format_datetime(entry.published_at, usegmt=True))
        say(item, "description", entry.text)
    return as_document(root)


def atom(overview: Overview, words: Words, url: str) -> bytes:
    """The feed at `history.atom` below `url`."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": words.language})
    found = entries(overview, words, url)
    say(root, "title", words.say("title"))
    say(root, "subtitle", words.say("about"))
    say(root, "id", url)
    say(root, "updated", newest(found, overview).isoformat())
    ET.SubElement(root, "link", href=url, rel="alternate", type="text/html")
    ET.SubElement(root, "link", href=f"{url}history.atom", rel="self", type="application/atom+xml")
    say(ET.SubElement(root, "author"), "name", "AgentLab")
    for entry in found:
        item = ET.SubElement(root, "entry")
        say(item, "title", entry.title)
        say(item, "id", entry.link)
        ET.SubElement(item, "link", href=entry.link, rel="alternate", type="text/html")
        say(item, "published", entry.published_at.isoformat())
        say(item, "updated", entry.updated_at.isoformat())
        say(item, "content", entry.text).set("type", "html")
    return as_document(root)


def newest(found: list[Entry], overview: Overview) -> datetime:
    """When the feed last changed; without anything to tell, when the prober began."""
    return max((entry.updated_at for entry in found), default=overview.since)


def say(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag)
    element.text = text
    return element


def as_document(root: ET.Element) -> bytes:
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
