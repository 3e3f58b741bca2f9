from typing import Any

import httpx

from agentlab.context import Context
from agentlab.portfolio.models import ReferenceKind
from tests.portfolio.dashboard.test_undo import linked_project, links_of
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, parsed, refusal
from tests.support.levels import a_client, a_project, a_service, an_item
from tests.support.statements import recorded


async def test_a_service_is_made_read_and_changed(bob: Browser, context: Context) -> None:
    web = await an_item(context, ReferenceKind.SERVICE_CATEGORY, "Web")
    data = await an_item(context, ReferenceKind.SERVICE_CATEGORY, "Data")
    client = await a_client(bob)
    made = await a_service(bob, client, description="What is read.", category_ids=[web, data, web])
    assert [category["name"] for category in made["categories"]] == ["Data", "Web"]
    assert made["client"] == {"id": client["id"], "name": client["name"]}
    body = {"category_ids": [web], "description": ""}
    changed = (await bob.patch(f"/services/{made['id']}", body, version=1)).json()
    assert [category["name"] for category in changed["categories"]] == ["Web"]
    assert (changed["description"], changed["version"]) == ("", 2)
    again = await bob.patch(f"/services/{made['id']}", {"category_ids": [web]}, version=2)
    assert again.json()["version"] == 2
    assert refusal(await bob.patch(f"/services/{made['id']}", body, version=1)) == (
        412,
        "changed_meanwhile",
    )


async def test_a_retired_category_is_kept_and_not_given(bob: Browser, context: Context) -> None:
    web = await an_item(context, ReferenceKind.SERVICE_CATEGORY, "Web")
    steam = await an_item(context, ReferenceKind.SERVICE_CATEGORY, "Steam", retired=True)
    made = await a_service(bob, await a_client(bob), category_ids=[web])
    reply = await bob.patch(f"/services/{made['id']}", {"category_ids": [steam]}, version=1)
    assert refusal(reply) == (422, "reference_retired")
    assert reply.json()["field"] == "category_ids"


async def test_names_are_unique_in_a_client(bob: Browser) -> None:
    one, other = await a_client(bob, "One"), await a_client(bob, "Other")
    await a_service(bob, one)
    await a_service(bob, other)
    taken = await bob.post("/services", {"client_id": one["id"], "name": "READING"})
    assert refusal(taken) == (409, "service_name_taken")


async def test_a_service_moves_with_its_projects(bob: Browser, context: Context) -> None:
    one, other = await a_client(bob, "One"), await a_client(bob, "Other")
    service = await a_service(bob, one)
    project = await a_project(bob, service)
    path = f"/services/{service['id']}/client"
    body = {"client_id": other["id"], "confirm_other_client": True, "reason": "They merged."}
    reply = await bob.put(path, body | {"confirm_other_client": False})
    assert refusal(reply) == (409, "moves_to_another_client")
    assert reply.json()["field"] == "confirm_other_client"
    assert (await bob.put(path, body)).json()["client"]["name"] == "Other"
    assert (await bob.read(f"/projects/{project['id']}"))["client"] == "Other"
    assert refusal(await bob.put(path, body)) == (409, "already_there")
    (move,) = (await bob.read(f"/services/{service['id']}/transitions"))["items"]
    assert (move["kind"], move["from_name"], move["to_name"]) == ("move", "One", "Other")
    assert (move["reason"], move["by"]["name"]) == ("They merged.", "Bob Noyce")
    await only_assigned(context, bob, other["id"])
    (move,) = (await bob.read(f"/services/{service['id']}/transitions"))["items"]
    assert (move["from_value"], move["from_name"], move["to_name"]) == (None, None, "Other")


async def test_the_move_of_a_service_is_undone_with_links_and_owners(
    ada: Browser, bob: Browser, context: Context
) -> None:
    one, other = await a_client(ada, "One"), await a_client(ada, "Other")
    service = await a_service(ada, one)
    bob_id = (await bob.read("/session"))["id"]
    await only_assigned(context, bob, one["id"])
    project = await linked_project(ada, service)
    owned = await a_project(ada, service, "Owned", owner_id=bob_id)
    contact = await ada.do("/contacts", {"client_id": one["id"], "name": "Grace"})
    role = {"role": "primary"}
    await ada.put(f"/services/{service['id']}/contacts/{contact['id']}", role)
    before = [await links_of(ada, project), await contacts_of(ada, service)]
    assert before[1] == ["Grace"]
    moved = await move_to(ada, service, other)
    assert [await links_of(ada, project), await contacts_of(ada, service)] == [([], []), []]
    undone = await undo_move(ada, service, moved["version"])
    assert undone.json()["client"]["name"] == "One"
    assert [await links_of(ada, project), await contacts_of(ada, service)] == before
    assert (await ada.read(f"/projects/{owned['id']}/facts"))["owner"]["id"] == bob_id
    newest = (await ada.read(f"/services/{service['id']}/transitions"))["items"][0]
    assert (newest["from_name"], newest["to_name"]) == ("Other", "One")
    again = await undo_move(ada, service, undone.json()["version"])
    assert refusal(again) == (409, "cannot_be_undone"), "who asks twice does not move it once more"


async def test_what_left_the_service_since_its_move_stays_as_it_is(
    ada: Browser, bob: Browser, context: Context
) -> None:
    one, other = await a_client(ada, "One"), await a_client(ada, "Other")
    service = await a_service(ada, one)
    bob_id = (await bob.read("/session"))["id"]
    await only_assigned(context, bob, one["id"])
    project = await linked_project(ada, service)
    owned = await a_project(ada, service, "Owned", owner_id=bob_id)
    moved = await move_to(ada, service, other)
    elsewhere = await a_service(ada, one, "Elsewhere")
    for each in (project, owned):
        body = {"service_id": elsewhere["id"], "confirm_other_client": True}
        parsed(await ada.put(f"/projects/{each['id']}/service", body))
    parsed(await undo_move(ada, service, moved["version"]))
    assert await links_of(ada, project) == ([], [])
    assert (await ada.read(f"/projects/{owned['id']}/facts"))["owner"] is None


async def test_what_an_erasure_took_from_the_trail_is_not_undone_by_an_older_move(
    ada: Browser, bob: Browser
) -> None:
    one, two, three = [await a_client(ada, name) for name in ("One", "Two", "Three")]
    service = await a_service(ada, one)
    await move_to(ada, service, two)
    moved = await move_to(bob, service, three)
    bob_id = (await bob.read("/session"))["id"]
    await ada.do(f"/privacy/users/{bob_id}/erasure", {"confirmation": "bob@example.com"})
    assert refusal(await undo_move(ada, service, moved["version"])) == (409, "cannot_be_undone")


async def test_what_was_made_at_the_other_client_since_keeps_a_service_there(
    bob: Browser,
) -> None:
    one, other = await a_client(bob, "One"), await a_client(bob, "Other")
    service, linked = await a_service(bob, one), await a_service(bob, one, "Linked")
    await a_project(bob, service, "Before")
    moved = await move_to(bob, service, other)
    since = await a_project(bob, service, "Since")
    reply = await undo_move(bob, service, moved["version"])
    assert refusal(reply) == (409, "changed_since")
    assert (await bob.delete(f"/projects/{since['id']}", name="Since")).is_success
    assert refusal(await undo_move(bob, service, moved["version"])) == (409, "changed_since")
    assert "Since" in reply.json()["detail"]
    assert "Before" not in reply.json()["detail"]
    project = await a_project(bob, linked)
    moved = await move_to(bob, linked, other)
    contact = await bob.do("/contacts", {"client_id": other["id"], "name": "Grace"})
    roles = {"roles": ["approver"]}
    await bob.put(f"/projects/{project['id']}/contacts/{contact['id']}", roles)
    reply = await undo_move(bob, linked, moved["version"])
    assert refusal(reply) == (409, "changed_since")
    assert (await bob.read(f"/services/{linked['id']}"))["client"]["name"] == "Other"
    assert await links_of(bob, project) == ([("Grace", ["approver"])], [])


async def test_a_service_goes_back_only_to_where_it_came_from_and_may(
    ada: Browser, bob: Browser, context: Context
) -> None:
    one, other = await a_client(ada, "One"), await a_client(ada, "Other")
    service = await a_service(ada, one)
    assert refusal(await undo_move(ada, service, 1)) == (409, "cannot_be_undone")
    moved = await move_to(ada, service, other)
    assert refusal(await undo_move(ada, service, 1)) == (412, "changed_meanwhile")
    path = f"/services/{service['id']}/client/undoing"
    assert refusal(await ada.post(path)) == (428, "if_match_missing")
    await a_service(ada, one)
    reply = await undo_move(ada, service, moved["version"])
    assert refusal(reply) == (409, "service_name_taken")
    assert (await ada.post(f"/clients/{one['id']}/archival", {})).is_success
    assert refusal(await undo_move(ada, service, moved["version"])) == (409, "place_archived")
    await only_assigned(context, bob, other["id"])
    assert refusal(await undo_move(bob, service, moved["version"])) == (404, "not_found")


async def move_to(browser: Browser, service: dict[str, Any], client: dict[str, Any]) -> Any:
    body = {"client_id": client["id"], "confirm_other_client": True}
    return parsed(await browser.put(f"/services/{service['id']}/client", body))


async def undo_move(browser: Browser, service: dict[str, Any], version: int) -> httpx.Response:
    path = f"/api/v1/services/{service['id']}/client/undoing"
    return await browser.http.post(path, headers={"If-Match": f'"{version}"'})


async def contacts_of(browser: Browser, service: dict[str, Any]) -> list[str]:
    found = await browser.read(f"/services/{service['id']}/contacts")
    return [one["contact"]["name"] for one in found["items"]]


async def test_owners_who_stay_behind_own_its_projects_no_more(
    ada: Browser, bob: Browser, context: Context
) -> None:
    one, other = await a_client(ada, "One"), await a_client(ada, "Other")
    service = await a_service(ada, one)
    await only_assigned(context, bob, one["id"])
    bob_id = (await bob.read("/session"))["id"]
    project = await a_project(ada, service, "Bob's", owner_id=bob_id)
    await a_project(ada, service, "Ada's")
    body = {"client_id": other["id"], "confirm_other_client": True}
    moved = (await ada.put(f"/services/{service['id']}/client", body)).json()
    owner = {"id": bob_id, "name": "Bob Noyce"}
    assert moved["released"] == [{"id": project["id"], "name": "Bob's", "owner": owner}]
    facts = await ada.read(f"/projects/{project['id']}/facts")
    assert (facts["owner"], facts["version"]) == (None, 2)
    entry = (await ada.read("/audit/entries", subject_id=project["id"]))["items"][0]
    assert (entry["action"], entry["before"], entry["after"]) == (
        "project.changed",
        {"owner_id": bob_id},
        {"owner_id": None},
    )


async def test_the_trail_says_which_links_a_move_took_off(bob: Browser, ada: Browser) -> None:
    one, other = await a_client(bob, "One"), await a_client(bob, "Other")
    service = await a_service(bob, one)
    contact = await bob.do("/contacts", {"client_id": one["id"], "name": "Grace"})
    await bob.put(f"/services/{service['id']}/contacts/{contact['id']}", {"role": "primary"})
    body = {"client_id": other["id"], "confirm_other_client": True}
    assert (await bob.put(f"/services/{service['id']}/client", body)).is_success
    entries = (await ada.read("/audit/entries", subject_id=service["id"]))["items"]
    there, here = [each for each in entries if each["action"] == "service.moved"]
    links = {service["id"]: {"contacts": [{"contact_id": contact["id"], "role": "primary"}]}}
    assert here["before"] == {"client_id": one["id"], "links": links}
    assert there["before"] == {"client_id": one["id"]}
    assert here["after"] == there["after"] == {"client_id": other["id"], "links_removed": 1}


async def test_a_move_is_refused_where_there_is_no_place(bob: Browser, context: Context) -> None:
    one, other = await a_client(bob, "One"), await a_client(bob, "Other")
    service = await a_service(bob, one)
    await a_service(bob, other)
    path = f"/services/{service['id']}/client"
    body = {"client_id": other["id"], "confirm_other_client": True}
    assert refusal(await bob.put(path, body)) == (409, "service_name_taken")
    await bob.do(f"/clients/{other['id']}/archival", {})
    assert refusal(await bob.put(path, body)) == (409, "place_archived")
    await only_assigned(context, bob, one["id"])
    gone = await bob.put(path, body)
    assert refusal(gone) == (404, "not_found")
    assert gone.json()["field"] == "client_id"


async def test_an_archived_service_takes_nothing_new(bob: Browser) -> None:
    client = await a_client(bob)
    service = await a_service(bob, client)
    path = f"/services/{service['id']}"
    await bob.do(f"{path}/archival", {"reason": "Done."})
    assert refusal(await bob.post(f"{path}/archival", {})) == (409, "already_archived")
    reply = await bob.post("/projects", {"service_id": service["id"], "name": "New"})
    assert refusal(reply) == (409, "place_archived")
    assert (await bob.read("/services", client_id=client["id"]))["items"] == []
    assert (await bob.delete(f"{path}/archival")).json()["archived_at"] is None
    await a_project(bob, service)


async def test_services_are_found_by_their_client_too(bob: Browser) -> None:
    lumiere = await a_client(bob, "Maison Lumière")
    await a_service(bob, lumiere, "Reading")
    await a_service(bob, lumiere, "Writing")
    await a_service(bob, await a_client(bob, "Northwind"), "Reading")
    for asked, found in (
        ({"search": "lumiere reading"}, ["Reading"]),
        ({"search": "lumiere"}, ["Reading", "Writing"]),
        ({"search": "lumiere", "client_id": lumiere["id"]}, []),
    ):
        rows = (await bob.read("/services", **asked))["items"]
        assert [row["name"] for row in rows] == found, asked


async def test_the_list_is_one_statement_with_counts(bob: Browser, context: Context) -> None:
    one, other = await a_client(bob, "One"), await a_client(bob, "Other")
    for name in ("b", "A", "c"):
        await a_project(bob, await a_service(bob, one, name), name)
    await a_service(bob, other, "Elsewhere")
    with recorded(context.engine) as statements:
        everything = await bob.read("/services")
    assert [row["name"] for row in everything["items"]] == ["A", "b", "c", "Elsewhere"]
    assert [row["projects_total"] for row in everything["items"]] == [1, 1, 1, 0]
    assert len(statements) == 2
    page = await bob.read("/services", client_id=one["id"], sort="-name", limit=1)
    assert [row["name"] for row in page["items"]] == ["c"]
    page = await bob.read("/services", client_id=one["id"], sort="-name", after=page["next"])
    assert [row["name"] for row in page["items"]] == ["b", "A"]


async def test_strangers_viewers_and_the_anonymous_meet_walls(
    bob: Browser, vera: Browser, anonymous: Browser, context: Context
) -> None:
    client = await a_client(bob)
    service = await a_service(bob, client)
    path = f"/services/{service['id']}"
    new = {"client_id": client["id"], "name": "New"}
    assert refusal(await anonymous.get(path)) == (401, "not_signed_in")
    assert refusal(await anonymous.post("/services", new)) == (401, "not_signed_in")
    writes = (
        await vera.post("/services", new),
        await vera.patch(path, {}, version=1),
        await vera.put(f"{path}/client", {"client_id": client["id"]}),
        await vera.post(f"{path}/archival", {}),
        await vera.delete(f"{path}/archival"),
        await vera.delete(path, name="Reading"),
    )
    assert [refusal(reply) for reply in writes] == [(403, "forbidden")] * 6
    await only_assigned(context, bob)
    for address in (path, f"{path}/transitions", f"{path}/deletion"):
        assert refusal(await bob.get(address)) == (404, "not_found")
    assert refusal(await bob.post("/services", new)) == (404, "not_found")
    assert refusal(await bob.get("/services", client_id=client["id"])) == (404, "not_found")
    assert (await bob.read("/services"))["items"] == []
