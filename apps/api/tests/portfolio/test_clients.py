import asyncio

from agentlab.context import Context
from agentlab.portfolio.models import ReferenceKind
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client, a_project, a_service, an_item
from tests.support.statements import recorded


async def test_a_client_is_made_read_and_changed(bob: Browser, context: Context) -> None:
    domain = await an_item(context, ReferenceKind.BUSINESS_DOMAIN, "Public sector")
    made = await a_client(bob, "Mairie de Lyon 🦁", domain_id=domain)
    assert (made["name"], made["domain"]["name"]) == ("Mairie de Lyon 🦁", "Public sector")
    assert (made["version"], made["updated_by"]) == (1, None)
    reply = await bob.patch(f"/clients/{made['id']}", {"domain_id": None}, version=1)
    changed = reply.json()
    assert (changed["domain"], changed["name"]) == (None, made["name"])
    assert (changed["version"], changed["updated_by"]["name"]) == (2, "Bob Noyce")
    assert reply.headers["etag"] == '"2"'
    assert await bob.read(f"/clients/{made['id']}") == changed


async def test_what_was_changed_meanwhile_is_not_overwritten(bob: Browser, ada: Browser) -> None:
    path = f"/clients/{(await a_client(bob))['id']}"
    assert (await ada.patch(path, {"name": "Hers"}, version=1)).is_success
    assert refusal(await bob.patch(path, {"name": "His"}, version=1)) == (412, "changed_meanwhile")
    assert refusal(await bob.patch(path, {"name": "His"}, version=None)) == (
        428,
        "if_match_missing",
    )
    assert (await bob.read(path))["name"] == "Hers"


async def test_a_change_to_the_same_is_none(bob: Browser) -> None:
    made = await a_client(bob)
    path = f"/clients/{made['id']}"
    assert (await bob.patch(path, {"name": made["name"]}, version=1)).json()["version"] == 1
    assert (await bob.patch(path, {}, version=1)).json()["version"] == 1


async def test_names_are_unique_letter_case_aside_but_not_with_the_bin(bob: Browser) -> None:
    first = await a_client(bob, "Étoile")
    taken = await bob.post("/clients", {"name": "étoile"})
    assert refusal(taken) == (409, "client_name_taken")
    assert taken.json()["field"] == "name"
    second = await a_client(bob, "Lune")
    renamed = await bob.patch(f"/clients/{second['id']}", {"name": "ÉTOILE"}, version=1)
    assert refusal(renamed) == (409, "client_name_taken")
    assert (await bob.delete(f"/clients/{first['id']}", name="Étoile")).is_success
    await a_client(bob, "Étoile")


async def test_of_two_who_take_a_name_at_once_one_gets_it(bob: Browser, ada: Browser) -> None:
    body = {"name": "Lumière"}
    both = await asyncio.gather(bob.post("/clients", body), ada.post("/clients", body))
    assert sorted(reply.status_code for reply in both) == [201, 409]


async def test_a_domain_has_to_be_offered(bob: Browser, context: Context) -> None:
    retired = await an_item(context, ReferenceKind.BUSINESS_DOMAIN, "Steam", retired=True)
    other = await an_item(context, ReferenceKind.SERVICE_CATEGORY, "Web")
    unknown = "00000000-0000-7000-8000-000000000000"
    for id_, code in (
        (unknown, "unknown_reference"),
        (other, "unknown_reference"),
        (retired, "reference_retired"),
    ):
        reply = await bob.post("/clients", {"name": "A", "domain_id": id_})
        assert refusal(reply) == (422, code)
        assert reply.json()["field"] == "domain_id"


async def test_bad_input_is_refused_with_its_field(bob: Browser) -> None:
    path = f"/clients/{(await a_client(bob))['id']}"
    for body in ({"name": " "}, {"name": "x" * 201}, {"name": "two\nlines"}, {}):
        assert (await bob.post("/clients", body)).json()["field"] == "name", body
    for name in (None, "", "x" * 201, 7):
        assert (await bob.patch(path, {"name": name}, version=1)).json()["field"] == "name", name


async def test_text_is_stored_as_it_is(bob: Browser) -> None:
    name = "<script>alert('é')</script> مرحبا %s {x}"
    assert (await a_client(bob, name))["name"] == name


async def test_an_archived_client_stays_readable_and_takes_nothing_new(bob: Browser) -> None:
    client = await a_client(bob)
    service = await a_service(bob, client)
    project = await a_project(bob, service)
    path = f"/clients/{client['id']}"
    archived = await bob.do(f"{path}/archival", {"reason": "The contract ended."})
    assert archived["archived_at"]
    assert refusal(await bob.post(f"{path}/archival", {})) == (409, "already_archived")
    for noun, body in (
        ("services", {"client_id": client["id"], "name": "New"}),
        ("projects", {"service_id": service["id"], "name": "New"}),
    ):
        assert refusal(await bob.post(f"/{noun}", body)) == (409, "place_archived")
    assert (await bob.read(f"/projects/{project['id']}"))["name"] == "Reader"
    assert (await bob.read("/clients"))["items"] == []
    assert len((await bob.read("/clients", include_archived=True))["items"]) == 1
    back = await bob.delete(f"{path}/archival", reason="It was renewed.")
    assert back.json()["archived_at"] is None
    assert refusal(await bob.delete(f"{path}/archival")) == (409, "not_archived")
    await a_service(bob, client, "New")
    newest, oldest = (await bob.read(f"{path}/transitions"))["items"]
    assert (oldest["kind"], oldest["reason"]) == ("archive", "The contract ended.")
    assert (newest["kind"], newest["by"]["name"]) == ("unarchive", "Bob Noyce")
    assert newest["reason"] == "It was renewed."


async def test_the_list_is_searched_counted_and_read_in_pages(
    bob: Browser, context: Context
) -> None:
    for name in ("beta", "Alpha", "100 %", "Gamma_x"):
        await a_client(bob, name)
    service = await a_service(bob, await a_client(bob, "delta"))
    await a_project(bob, service)
    first = await bob.read("/clients", limit=2)
    rest = await bob.read("/clients", limit=50, after=first["next"])
    names = [row["name"] for row in (*first["items"], *rest["items"])]
    assert names == ["100 %", "Alpha", "beta", "delta", "Gamma_x"]
    for search, found in (("ALPH", ["Alpha"]), ("%", ["100 %"]), ("_", ["Gamma_x"])):
        page = await bob.read("/clients", search=search)
        assert [row["name"] for row in page["items"]] == found
    with recorded(context.engine) as statements:
        (delta,) = (await bob.read("/clients", search="delta"))["items"]
    assert (delta["services_total"], delta["projects_total"]) == (1, 1)
    assert len(statements) == 2, "who asks, and the answer"
    assert refusal(await bob.get("/clients", sort="size")) == (422, "unknown_order")
    assert refusal(await bob.get("/clients", after="x")) == (422, "invalid_cursor")


async def test_names_with_accents_stand_among_the_others(bob: Browser) -> None:
    for name in ("Zoé", "Élan", "Fable", "Étoile"):
        client = await a_client(bob, name)
        await a_service(bob, client, f"{name} service")
    for path in ("/clients", "/services"):
        first = await bob.read(path, limit=2)
        rest = await bob.read(path, limit=2, after=first["next"])
        names = [row["name"].split()[0] for row in (*first["items"], *rest["items"])]
        assert names == ["Élan", "Étoile", "Fable", "Zoé"], path


async def test_the_list_is_narrowed_to_a_domain_and_counts_what_one_sees(
    bob: Browser, ada: Browser, context: Context
) -> None:
    domain = await an_item(context, ReferenceKind.BUSINESS_DOMAIN, "Public sector")
    mine = await a_client(bob, "Mairie", domain_id=domain)
    hers = await a_client(ada, "Région", domain_id=domain)
    await a_client(ada, "Elsewhere")
    for client in (mine, hers):
        await a_project(ada, await a_service(ada, client))
    await only_assigned(context, bob, mine["id"])
    seen = {
        who: [
            (row["name"], row["services_total"], row["projects_total"])
            for row in (await browser.read("/clients", domain_id=domain))["items"]
        ]
        for who, browser in (("bob", bob), ("ada", ada))
    }
    assert seen == {"bob": [("Mairie", 1, 1)], "ada": [("Mairie", 1, 1), ("Région", 1, 1)]}


async def test_strangers_viewers_and_the_anonymous_meet_walls(
    bob: Browser, vera: Browser, anonymous: Browser, context: Context
) -> None:
    client = await a_client(bob)
    path = f"/clients/{client['id']}"
    assert refusal(await anonymous.get("/clients")) == (401, "not_signed_in")
    assert refusal(await anonymous.post("/clients", {"name": "A"})) == (401, "not_signed_in")
    writes = (
        await vera.post("/clients", {"name": "A"}),
        await vera.patch(path, {"name": "A"}, version=1),
        await vera.post(f"{path}/archival", {}),
        await vera.delete(f"{path}/archival"),
        await vera.delete(path, name=client["name"]),
    )
    assert [refusal(reply) for reply in writes] == [(403, "forbidden")] * 5
    assert (await vera.read(path))["name"] == client["name"]
    await only_assigned(context, bob)
    for address in (path, f"{path}/people", f"{path}/transitions", f"{path}/deletion"):
        assert refusal(await bob.get(address)) == (404, "not_found")
    assert refusal(await bob.patch(path, {}, version=1)) == (404, "not_found")
    assert (await bob.read("/clients"))["items"] == []


async def test_who_does_not_see_every_client_learns_no_names(
    bob: Browser, context: Context
) -> None:
    await a_client(bob, "Secret")
    mine = await a_client(bob, "Mine")
    await only_assigned(context, bob, mine["id"])
    assert refusal(await bob.post("/clients", {"name": "Secret"})) == (403, "needs_all_clients")
    renamed = await bob.patch(f"/clients/{mine['id']}", {"name": "Secret"}, version=1)
    assert refusal(renamed) == (403, "needs_all_clients")
    assert [row["name"] for row in (await bob.read("/clients"))["items"]] == ["Mine"]


async def test_the_people_of_a_client_are_those_who_may_see_it(
    bob: Browser, vera: Browser, context: Context
) -> None:
    client = await a_client(bob)
    await only_assigned(context, vera)
    people = await bob.read(f"/clients/{client['id']}/people")
    assert [person["name"] for person in people["items"]] == ["Ada Lovelace", "Bob Noyce"]
