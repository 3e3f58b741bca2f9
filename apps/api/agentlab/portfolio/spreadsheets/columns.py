"""The columns of a spreadsheet, and how people name them in English and in French."""

import re
import unicodedata
from enum import StrEnum

from agentlab.portfolio.models import ProjectStatus, ProjectType


class Column(StrEnum):
    CLIENT = "client"
    DOMAIN = "domain"
    SERVICE = "service"
    SERVICE_DESCRIPTION = "service_description"
    CATEGORIES = "categories"
    PROJECT = "project"
    KEY = "key"
    DESCRIPTION = "description"
    TYPE = "type"
    IMPLEMENTATION_TYPE = "implementation_type"
    USER_CATEGORIES = "user_categories"
    STATUS = "status"
    STATUS_REASON = "status_reason"
    OWNER_EMAIL = "owner_email"


class Language(StrEnum):
    ENGLISH = "en"
    FRENCH = "fr"


NAMES = frozenset({Column.CLIENT, Column.SERVICE, Column.PROJECT})
LONG_TEXTS = frozenset({Column.DESCRIPTION, Column.SERVICE_DESCRIPTION, Column.STATUS_REASON})
TEXTS = NAMES | LONG_TEXTS
"""What is kept as given; the others hold what is looked up or has a form."""

HEADERS = {
    Column.CLIENT: ("Client", "Client"),
    Column.DOMAIN: ("Domain", "Domaine"),
    Column.SERVICE: ("Service", "Service"),
    Column.SERVICE_DESCRIPTION: ("Service description", "Description du service"),
    Column.CATEGORIES: ("Categories", "Catégories"),
    Column.PROJECT: ("Project", "Projet"),
    Column.KEY: ("Key", "Clé"),
    Column.DESCRIPTION: ("Description", "Description"),
    Column.TYPE: ("Type", "Type"),
    Column.IMPLEMENTATION_TYPE: ("Implementation type", "Type de réalisation"),
    Column.USER_CATEGORIES: ("User categories", "Catégories d'utilisateurs"),
    Column.STATUS: ("Status", "Statut"),
    Column.STATUS_REASON: ("Status reason", "Motif du statut"),
    Column.OWNER_EMAIL: ("Owner e-mail", "E-mail du responsable"),
}
"""As the template has them, in English and in French."""

ALSO = {
    Column.CLIENT: ("client name", "customer", "nom du client"),
    Column.DOMAIN: ("business domain", "sector", "domaine d'activité", "secteur"),
    Column.SERVICE: ("service name", "nom du service"),
    Column.CATEGORIES: ("category", "service categories", "catégorie", "catégories du service"),
    Column.PROJECT: ("project name", "nom du projet"),
    Column.KEY: ("project key", "clef", "clé du projet"),
    Column.DESCRIPTION: ("project description", "description du projet"),
    Column.TYPE: ("project type", "type de projet"),
    Column.IMPLEMENTATION_TYPE: ("implementation", "type d'implémentation", "réalisation"),
    Column.USER_CATEGORIES: ("user category", "users", "utilisateurs", "catégorie d'utilisateurs"),
    Column.STATUS: ("project status", "état"),
    Column.STATUS_REASON: ("reason", "motif", "raison"),
    Column.OWNER_EMAIL: ("owner", "responsable", "adresse du responsable", "propriétaire"),
}

TYPES = {
    "new": ProjectType.NEW,
    "nouveau": ProjectType.NEW,
    "existing": ProjectType.EXISTING,
    "existant": ProjectType.EXISTING,
}
STATUSES = {
    "draft": ProjectStatus.DRAFT,
    "brouillon": ProjectStatus.DRAFT,
    "active": ProjectStatus.ACTIVE,
    "actif": ProjectStatus.ACTIVE,
    "en cours": ProjectStatus.ACTIVE,
    "blocked": ProjectStatus.BLOCKED,
    "bloque": ProjectStatus.BLOCKED,
    "completed": ProjectStatus.COMPLETED,
    "termine": ProjectStatus.COMPLETED,
    "archived": ProjectStatus.ARCHIVED,
    "archive": ProjectStatus.ARCHIVED,
}
"""In both languages, folded."""


def folded(text: str) -> str:
    """Without what people type in one way or another: case, accents, `_`, `-`, apostrophes."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[_\-'\u2019]", " ", letters).split())


def spellings() -> dict[str, Column]:
    """The column of each header that is understood, folded; e-mail also without its hyphen."""
    understood: dict[str, Column] = {}
    for column in Column:
        for name in (column.value, *HEADERS[column], *ALSO.get(column, ())):
            understood[folded(name)] = column
            understood[folded(name).replace("e mail", "email")] = column
    return understood


SPELLINGS = spellings()


def column_named(header: str) -> Column | None:
    return SPELLINGS.get(folded(header))
