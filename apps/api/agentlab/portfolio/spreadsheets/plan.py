"""What an import of a spreadsheet would make of each row; nothing is changed here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from agentlab.auth.sight import Looking
from agentlab.kit.ids import new_id
from agentlab.kit.problems import Facts
from agentlab.portfolio.keys import FORM, LONGEST, key_from, numbered
from agentlab.portfolio.models import ProjectStatus, ProjectType, ReferenceKind
from agentlab.portfolio.spreadsheets.columns import (
    LONG_TEXTS,
    NAMES,
    STATUSES,
    TYPES,
    Column,
    folded,
)
from agentlab.portfolio.spreadsheets.known import Known, KnownPlace
from agentlab.portfolio.spreadsheets.schemas import CellError, Level, RowReport, Wrong
from agentlab.portfolio.spreadsheets.table import Row

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
LONGEST_NAME, LONGEST_TEXT = 200, 10_000
OF_SERVICE = (Column.SERVICE_DESCRIPTION, Column.CATEGORIES, Column.PROJECT)
OF_PROJECT = (
    Column.KEY,
    Column.DESCRIPTION,
    Column.TYPE,
    Column.IMPLEMENTATION_TYPE,
    Column.USER_CATEGORIES,
    Column.STATUS,
    Column.STATUS_REASON,
    Column.OWNER_EMAIL,
)


@dataclass
class NewClient:
    id: UUID
    name: str
    domain_id: UUID | None
    said_in: int | None
    """The row that said the domain."""


@dataclass
class NewService:
    id: UUID
    client_id: UUID
    name: str
    description: str
    description_in: int | None
    category_ids: list[UUID]
    categories_in: int | None


@dataclass(frozen=True)
class NewProject:
    id: UUID
    client_id: UUID
    service_id: UUID
    name: str
    key: str
    description: str
    type: ProjectType
    implementation_type_id: UUID | None
    user_category_ids: list[UUID]
    status: ProjectStatus
    status_reason: str
    owner_id: UUID | None


@dataclass
class Plan:
    clients: list[NewClient] = field(default_factory=list)
    services: list[NewService] = field(default_factory=list)
    projects: list[NewProject] = field(default_factory=list)
    named: dict[UUID, str] = field(default_factory=dict)
    """The clients that the file names, new or there."""
    rows: list[RowReport] = field(default_factory=list)

    @property
    def errors_total(self) -> int:
        return sum(len(row.errors) for row in self.rows)

    @property
    def already_there(self) -> int:
        return sum(not row.creates and not row.errors for row in self.rows)


def plan_import(rows: Sequence[Row], known: Known, caller: Looking) -> Plan:
    """A plan without errors can be carried out; it holds as long as what is known does."""
    given_keys = {row.cells[Column.KEY].upper() for row in rows if Column.KEY in row.cells}
    planner = Planner(known, given_keys, may_create_clients=caller.sees_all)
    for row in rows:
        planner.take(row)
    return planner.plan


class Planner:
    """Goes through the rows in their order and remembers what the ones before have made."""

    def __init__(self, known: Known, given_keys: set[str], *, may_create_clients: bool) -> None:
        self.known = known
        self.given_keys = given_keys
        self.may_create_clients = may_create_clients
        self.plan = Plan()
        self.clients: dict[str, NewClient] = {}
        self.services: dict[tuple[UUID, str], NewService] = {}
        self.rows_of_projects: dict[tuple[UUID, str], int] = {}
        self.rows_of_keys: dict[str, int] = {}
        self.numbers: dict[str, int] = {}
        self.row = Row(0, {}, has_too_many=False)
        self.report = self.blank_report()

    def take(self, row: Row) -> None:
        self.row = row
        self.report = self.blank_report()
        self.plan.rows.append(self.report)
        self.check_texts()
        if self.report.errors:
            return
        client = self.client()
        service = self.service(client) if client else None
        if client and service:
            self.project(client, service)

    def blank_report(self) -> RowReport:
        cells = self.row.cells
        return RowReport(
            row=self.row.number,
            client=cells.get(Column.CLIENT, "")[:LONGEST_NAME],
            service=cells.get(Column.SERVICE, "")[:LONGEST_NAME],
            project=cells.get(Column.PROJECT, "")[:LONGEST_NAME],
            key=cells.get(Column.KEY, "")[:LONGEST],
            creates=[],
            errors=[],
        )

    def wrong(
        self,
        column: Column | None,
        wrong: Wrong,
        detail: str,
        *,
        other_row: int | None = None,
        facts: Facts | None = None,
    ) -> None:
        given = self.row.cells.get(column, "")[:LONGEST_NAME] if column else ""
        self.report.errors.append(
            CellError(
                column=column,
                wrong=wrong,
                given=given,
                other_row=other_row,
                facts=facts or {},
                detail=detail,
            )
        )

    # --- what can be said of a row alone

    def check_texts(self) -> None:
        if self.row.has_too_many:
            self.wrong(
                None,
                Wrong.TOO_MANY_CELLS,
                "The row has more cells than there are columns. Put text with separators in "
                "quotation marks.",
            )
        for column, cell in self.row.cells.items():
            self.check_text(column, cell)
        self.check_required()

    def check_text(self, column: Column, cell: str) -> None:
        longest = LONGEST_TEXT if column in LONG_TEXTS else LONGEST_NAME
        has_lines = column not in LONG_TEXTS and ("\n" in cell or "\r" in cell or "\t" in cell)
        if len(cell) > longest:
            self.wrong(
                column,
                Wrong.TOO_LONG,
                f"At most {longest} characters. Shorten it.",
                facts={"most": longest},
            )
        elif has_lines or CONTROL.search(cell):
            self.wrong(
                column,
                Wrong.INVALID_TEXT,
                "It has a line break or a control character. Type it anew on one line.",
            )
        elif column in NAMES and cell != cell.strip():
            self.wrong(
                column,
                Wrong.WHITE_SPACE_AROUND,
                "It begins or ends with white space. Take that away.",
            )

    def check_required(self) -> None:
        cells = self.row.cells
        needed = {
            Column.CLIENT: True,
            Column.SERVICE: any(column in cells for column in (*OF_SERVICE, *OF_PROJECT)),
            Column.PROJECT: any(column in cells for column in OF_PROJECT),
        }
        for column, is_needed in needed.items():
            if is_needed and column not in cells:
                self.wrong(column, Wrong.REQUIRED, f"The row needs a {column}. Fill it in.")

    # --- its client

    def client(self) -> KnownPlace | None:
        name = self.row.cells[Column.CLIENT]
        lower = self.known.lower[name]
        domain_ids = self.items(Column.DOMAIN, ReferenceKind.BUSINESS_DOMAIN, at_most=1)
        there = self.known.clients.get(lower)
        if there:
            self.plan.named[there.id] = there.name
            return there if self.is_open(Column.CLIENT, there) else None
        if not self.may_create_clients:
            self.wrong(
                Column.CLIENT,
                Wrong.CLIENT_NOT_YOURS,
                f"You have no client “{name}”. Choose one of yours, or ask an administrator to "
                "make it.",
            )
            return None
        new = self.clients.get(lower) or self.new_client(lower, name)
        if domain_ids:
            self.agree_on_domain(new, domain_ids[0])
        return KnownPlace(new.id, new.name, is_archived=False)

    def new_client(self, lower: str, name: str) -> NewClient:
        new = self.clients[lower] = NewClient(new_id(), name, None, None)
        self.plan.clients.append(new)
        self.plan.named[new.id] = name
        self.report.creates.append(Level.CLIENT)
        return new

    def agree_on_domain(self, new: NewClient, domain_id: UUID) -> None:
        if new.domain_id is None:
            new.domain_id, new.said_in = domain_id, self.row.number
        elif new.domain_id != domain_id:
            self.contradicts(Column.DOMAIN, new.said_in)

    # --- its service

    def service(self, client: KnownPlace) -> KnownPlace | None:
        name = self.row.cells.get(Column.SERVICE)
        if name is None:
            return None
        category_ids = self.items(Column.CATEGORIES, ReferenceKind.SERVICE_CATEGORY)
        place = client.id, self.known.lower[name]
        there = self.known.services.get(place)
        if there:
            return there if self.is_open(Column.SERVICE, there) else None
        new = self.services.get(place) or self.new_service(place, name)
        self.agree_on_description(new)
        self.agree_on_categories(new, category_ids)
        return KnownPlace(new.id, new.name, is_archived=False)

    def new_service(self, place: tuple[UUID, str], name: str) -> NewService:
        new = NewService(new_id(), place[0], name, "", None, [], None)
        self.services[place] = new
        self.plan.services.append(new)
        self.report.creates.append(Level.SERVICE)
        return new

    def agree_on_description(self, new: NewService) -> None:
        description = self.row.cells.get(Column.SERVICE_DESCRIPTION, "")
        if description and not new.description:
            new.description, new.description_in = description, self.row.number
        elif description and new.description != description:
            self.contradicts(Column.SERVICE_DESCRIPTION, new.description_in)

    def agree_on_categories(self, new: NewService, category_ids: list[UUID]) -> None:
        if category_ids and not new.category_ids:
            new.category_ids, new.categories_in = category_ids, self.row.number
        elif category_ids and set(new.category_ids) != set(category_ids):
            self.contradicts(Column.CATEGORIES, new.categories_in)

    # --- its project

    def project(self, client: KnownPlace, service: KnownPlace) -> None:
        name = self.row.cells.get(Column.PROJECT)
        if name is None:
            return
        place = service.id, self.known.lower[name]
        if place in self.rows_of_projects:
            self.wrong(
                Column.PROJECT,
                Wrong.SAME_PROJECT_TWICE,
                f"Row {self.rows_of_projects[place]} has the same project. Keep one of them.",
                other_row=self.rows_of_projects[place],
            )
            return
        self.rows_of_projects[place] = self.row.number
        there = self.known.projects.get(place)
        if there is None:
            self.new_project(client, service, name)
        else:
            self.compare_key(there)

    def new_project(self, client: KnownPlace, service: KnownPlace, name: str) -> None:
        status = self.status()
        types = self.items(Column.IMPLEMENTATION_TYPE, ReferenceKind.IMPLEMENTATION_TYPE, at_most=1)
        self.report.key = self.key(name)
        self.report.creates.append(Level.PROJECT)
        self.plan.projects.append(
            NewProject(
                id=new_id(),
                client_id=client.id,
                service_id=service.id,
                name=name,
                key=self.report.key,
                description=self.row.cells.get(Column.DESCRIPTION, ""),
                type=self.type(),
                implementation_type_id=types[0] if types else None,
                user_category_ids=self.items(Column.USER_CATEGORIES, ReferenceKind.USER_CATEGORY),
                status=status,
                status_reason=self.row.cells.get(Column.STATUS_REASON, ""),
                owner_id=self.owner(client),
            )
        )

    def compare_key(self, there: str) -> None:
        given = self.row.cells.get(Column.KEY)
        self.report.key = there
        if given and given.upper() != there.upper():
            self.wrong(
                Column.KEY,
                Wrong.KEY_DIFFERS,
                f"The project is there with the key {there}. Leave the key empty, or change it on "
                "the project's page.",
                facts={"key": there},
            )

    def key(self, name: str) -> str:
        given = self.row.cells.get(Column.KEY, "")
        if not given:
            return self.free_key(key_from(name))
        is_in_form, given = FORM.fullmatch(given), given.upper()
        if not is_in_form:
            self.wrong(
                Column.KEY,
                Wrong.KEY_FORM,
                f"A key has capitals, digits and “-”, a letter first; at most {LONGEST}.",
            )
        elif given in self.known.keys or given in self.rows_of_keys:
            self.wrong(
                Column.KEY,
                Wrong.KEY_TAKEN,
                "Another project has this key. Choose another, or leave it empty to get one.",
                other_row=self.rows_of_keys.get(given),
            )
        self.rows_of_keys.setdefault(given, self.row.number)
        return given

    def free_key(self, base: str) -> str:
        number = self.numbers.get(base, 0)
        while True:
            number += 1
            key = numbered(base, number)
            taken = (self.known.keys, self.given_keys, self.rows_of_keys)
            if not any(key in keys for keys in taken):
                break
        self.numbers[base] = number
        self.rows_of_keys[key] = self.row.number
        return key

    def type(self) -> ProjectType:
        given = self.row.cells.get(Column.TYPE, "")
        if given and folded(given) not in TYPES:
            self.unknown(Column.TYPE, list(ProjectType))
        return TYPES.get(folded(given), ProjectType.EXISTING)

    def status(self) -> ProjectStatus:
        given = self.row.cells.get(Column.STATUS, "")
        if given and folded(given) not in STATUSES:
            self.unknown(Column.STATUS, list(ProjectStatus))
        status = STATUSES.get(folded(given), ProjectStatus.ACTIVE)
        if status is ProjectStatus.BLOCKED and Column.STATUS_REASON not in self.row.cells:
            self.wrong(
                Column.STATUS_REASON,
                Wrong.REQUIRED,
                "A blocked project needs a reason. Say in “status_reason” what blocks it.",
            )
        return status

    def owner(self, client: KnownPlace) -> UUID | None:
        given = self.row.cells.get(Column.OWNER_EMAIL)
        if given is None:
            return None
        person = self.known.people.get(self.known.lower[given])
        if person is None:
            self.wrong(
                Column.OWNER_EMAIL,
                Wrong.UNKNOWN_PERSON,
                "No product owner or administrator has this e-mail address. Correct it, invite "
                "them, or leave it empty.",
            )
            return None
        if not person.sees_all and client.id not in person.client_ids:
            self.wrong(
                Column.OWNER_EMAIL,
                Wrong.PERSON_DOES_NOT_SEE_CLIENT,
                "This person is not assigned to the client. Ask an administrator to assign them, "
                "or choose somebody else.",
            )
        return person.id

    # --- what several of them need

    def items(self, column: Column, kind: ReferenceKind, *, at_most: int = 20) -> list[UUID]:
        """The values of a cell, by code or name, separated by `,`, `;` or `|`."""
        cell = self.row.cells.get(column)
        if cell is None:
            return []
        offered = self.known.items[kind]
        whole = offered.get(folded(cell))
        parts = [cell] if whole else [part for part in re.split("[,;|]", cell) if part.strip()]
        found = [offered.get(folded(part)) for part in parts]
        if None in found or len(found) > at_most:
            codes = sorted({item.code for item in offered.values() if not item.retired_at})
            self.unknown(column, codes)
            return []
        for item in found:
            if item and item.retired_at:
                self.wrong(
                    column,
                    Wrong.RETIRED_VALUE,
                    f"“{item.name}” is retired and no longer offered. Choose another.",
                    facts={"name": item.name},
                )
        return list(dict.fromkeys(item.id for item in found if item))

    def unknown(self, column: Column, offered: list[str]) -> None:
        self.wrong(
            column,
            Wrong.UNKNOWN_VALUE,
            f"This is none of: {', '.join(offered)}. Choose from them.",
            facts={"offered": offered},
        )

    def contradicts(self, column: Column, other_row: int | None) -> None:
        self.wrong(
            column,
            Wrong.CONTRADICTS,
            f"Row {other_row} says something else of the same {column}. Make them equal, or leave "
            "this one empty.",
            other_row=other_row,
        )

    def is_open(self, column: Column, place: KnownPlace) -> bool:
        if place.is_archived:
            self.wrong(
                column,
                Wrong.ARCHIVED,
                f"“{place.name}” is archived. Take it out of the archive first.",
            )
        return not place.is_archived
