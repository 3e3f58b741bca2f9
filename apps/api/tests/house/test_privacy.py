"""Privacy knows every column that refers to a person."""

from sqlalchemy import JSON, LargeBinary

from agentlab.models import metadata
from agentlab.privacy.known import HOLDS_ANYBODY, OF_CONTACTS, OF_USERS, Fate, Place
from agentlab.privacy.walls import OF_NO_CLIENT, client_of

ELSEWHERE = {("audit_entries", "actor_id")}
"""`of_person` and `trail_of` are about these."""
NAMES = ("user_id", "actor_id", "created_by", "updated_by", "deleted_by")


def known(places: tuple[Place, ...]) -> set[tuple[str, str]]:
    return {(place.table.name, place.column.name) for place in places}


def referring_to(table: str) -> set[tuple[str, str]]:
    return {
        (each.name, key.parent.name)
        for each in metadata.tables.values()
        for key in each.foreign_keys
        if key.column.table.name == table
    }


def test_every_reference_to_a_user_is_known_to_privacy() -> None:
    named = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.c
        if column.name in NAMES
    }
    assert (referring_to("users") | named) - ELSEWHERE == known(OF_USERS)


def test_every_reference_to_a_contact_is_known_to_privacy() -> None:
    assert referring_to("contacts") == known(OF_CONTACTS)


def test_every_column_that_may_hold_a_person_unseen_is_known_to_privacy() -> None:
    """No key refers to who stands in bytes and JSON, so somebody has to have thought of them."""
    may_hold = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.c
        if isinstance(column.type, LargeBinary | JSON) and column.name != "salt"
    }
    assert may_hold == HOLDS_ANYBODY.keys()


def test_every_part_of_an_export_has_its_own_name() -> None:
    names = [place.name for place in OF_USERS]
    assert len(set(names)) == len(names)


def test_of_every_row_that_stays_an_export_knows_the_client() -> None:
    """Or it would show what its reader may not see; `client_of` raises where nothing leads."""
    for place in OF_USERS:
        if place.fate is Fate.KEPT and place.table.name not in OF_NO_CLIENT:
            assert client_of(place.table) is not None


def test_an_export_names_the_time_of_every_deed() -> None:
    timeless = {"gates_reviewed", "deputies", "deputy_for", "projects_owned"}
    kept = [place for place in OF_USERS if place.fate is Fate.KEPT]
    assert {place.name for place in kept if place.at not in place.table.c} == timeless
