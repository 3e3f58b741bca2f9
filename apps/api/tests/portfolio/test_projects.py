import asyncio
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text

from agentlab.context import Context
from agentlab.portfolio.models import Project, ReferenceKind
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client, a_project, a_service, an_item
from tests.support.projects import bmad_folder, project_of


async def test_a_category_that_is_named_twice_is_kept_once(bob: Browser, context: Context) -> None:
    service = await a_service(bob, await a_client(bob))
    category = await an_item(context, ReferenceKind.USER_CATEGORY, "Nurses")
    made = await a_project(bob, service, user_category_ids=[category, category])
    assert [one["id"] for one in made["user_categories"]] == [category]
    async with context.sessions() as db:
        project = await db.get_one(Project, UUID(made["id"]))
        assert [str(id_) for id_ in project.user_category_ids] == [category]


async def test_a_project_is_made_without_a_folder(bob: Browser, context: Context) -> None:
    rag = await an_item(context, ReferenceKind.IMPLEMENTATION_TYPE, "RAG")
    agents = await an_item(context, ReferenceKind.USER_CATEGORY, "Agents")
    made = await a_project(
        bob,
        await a_service(bob, await a_client(bob)),
        "Le lecteur",
        description="It reads.",
        implementation_type_id=rag,
        user_category_ids=[agents],
    )
    assert (made["key"], made["status"], made["type"]) == ("LE-LECTEUR", "draft", "new")
    assert (made["owner"]["name"], made["workspace_path"]) == ("Bob Noyce", None)
    assert made["implementation_type"]["name"] == "RAG"
    assert [category["name"] for category in made["user_categories"]] == ["Agents"]
    page = await bob.read(f"/projects/{made['id']}")
    assert (page["workspace"], page["workflow"], page["stages"]) == (None, None, [])
    assert page["client_id"] == made["client"]["id"]
    assert (await bob.read("/portfolio"))["clients"][0]["services"][0]["projects"][0]["key"]


async def test_an_imported_project_has_facts_too(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    facts = await bob.read(f"/projects/{page['id']}/facts")
    assert (facts["key"], facts["type"], facts["status"]) == ("READER", "existing", "active")
    assert facts["workspace_path"] == page["workspace"]["path"]
    assert facts["created_by"]["name"] == "Bob Noyce"


async def test_a_project_is_changed(bob: Browser, ada: Browser) -> None:
    made = await a_project(bob, await a_service(bob, await a_client(bob)))
    path = f"/projects/{made['id']}"
    body = {"name": "Reader 2", "key": "rd-2", "type": "existing", "owner_id": None}
    reply = await bob.patch(path, body, version=1)
    changed = reply.json()
    assert (changed["key"], changed["owner"], changed["version"]) == ("RD-2", None, 2)
    assert reply.headers["etag"] == '"2"'
    late = await ada.patch(path, {"description": "Hers"}, version=1)
    assert refusal(late) == (412, "changed_meanwhile")
    for field in ("name", "key", "description", "type", "user_category_ids"):
        reply = await bob.patch(path, {field: None}, version=2)
        assert reply.status_code == 422, field
        assert reply.json()["field"] == field
    assert (await bob.read(f"{path}/facts"))["version"] == 2


async def test_of_two_changes_at_once_one_is_told(bob: Browser, ada: Browser) -> None:
    made = await a_project(bob, await a_service(bob, await a_client(bob)))
    path = f"/projects/{made['id']}"
    both = await asyncio.gather(
        bob.patch(path, {"description": "His"}, version=1),
        ada.patch(path, {"description": "Hers"}, version=1),
    )
    assert sorted(reply.status_code for reply in both) == [200, 412]


async def test_keys_are_unique_everywhere_letter_case_aside(bob: Browser) -> None:
    one = await a_service(bob, await a_client(bob, "One"))
    other = await a_service(bob, await a_client(bob, "Other"))
    first = await a_project(bob, one, "Reader")
    assert (await a_project(bob, other, "Reader"))["key"] == "READER-2"
    body = {"service_id": other["id"], "name": "Third", "key": "reader"}
    taken = await bob.post("/projects", body)
    assert refusal(taken) == (409, "key_taken")
    assert taken.json()["field"] == "key"
    await bob.delete(f"/projects/{first['id']}", name="Reader")
    assert refusal(await bob.post("/projects", body)) == (409, "key_taken")
    assert (await bob.read("/project-keys/suggestion", name="Reader"))["key"] == "READER-3"
    for key in ("1A", "Ä", "A B", "-A", "A" * 25, ""):
        reply = await bob.post("/projects", {**body, "key": key})
        assert reply.status_code == 422, key
        assert reply.json()["field"] == "key"


async def test_a_project_is_found_by_its_key(bob: Browser, context: Context) -> None:
    made = await a_project(bob, await a_service(bob, await a_client(bob)))
    assert (await bob.read("/projects/by-key/reader"))["id"] == made["id"]
    assert refusal(await bob.get("/projects/by-key/NOBODY")) == (404, "not_found")
    await only_assigned(context, bob)
    assert refusal(await bob.get("/projects/by-key/READER")) == (404, "not_found")


async def test_a_project_may_begin_without_an_owner(bob: Browser) -> None:
    body = {"service_id": (await a_service(bob, await a_client(bob)))["id"], "name": "Nobody's"}
    made = await bob.do("/projects", {**body, "owner_id": None})
    assert made["owner"] is None


async def test_what_is_below_an_archived_place_says_so(bob: Browser) -> None:
    client = await a_client(bob)
    service = await a_service(bob, client)
    made = await a_project(bob, service)
    for place, path in (
        (None, None),
        ("service", f"/services/{service['id']}"),
        ("client", f"/clients/{client['id']}"),
    ):
        if path:
            await bob.do(f"{path}/archival", {})
        page = await bob.read(f"/projects/{made['id']}")
        facts = await bob.read(f"/projects/{made['id']}/facts")
        assert (page["archived_with"], facts["archived_with"]) == (place, place)
        found = (await bob.read("/search/quick", q="reader"))["items"]
        assert [item["is_archived"] for item in found] == [place is not None]


async def test_names_are_unique_in_a_service(bob: Browser) -> None:
    service = await a_service(bob, await a_client(bob))
    await a_project(bob, service)
    taken = await bob.post("/projects", {"service_id": service["id"], "name": "READER"})
    assert refusal(taken) == (409, "project_name_taken")
    assert taken.json()["field"] == "name"


async def test_an_owner_sees_the_client_and_may_change_what_is_in_it(
    ada: Browser, bob: Browser, vera: Browser, context: Context
) -> None:
    client = await a_client(ada)
    service = await a_service(ada, client)
    made = await a_project(ada, service)
    who = {each: (await each.read("/session"))["id"] for each in (bob, vera)}
    assert who[vera] not in await ids_of(ada, f"/clients/{client['id']}/people")
    changed = await ada.patch(f"/projects/{made['id']}", {"owner_id": who[bob]}, version=1)
    assert changed.json()["owner"]["name"] == "Bob Noyce"
    await only_assigned(context, bob)
    for owner_id in (who[bob], who[vera], "00000000-0000-7000-8000-000000000000"):
        given = {"name": "B", "owner_id": owner_id}
        reply = await ada.post("/projects", {"service_id": service["id"], **given})
        assert refusal(reply) == (422, "owner_unknown")
        body = {"project_ids": [made["id"]], "action": "assign_owner", "owner_id": owner_id}
        assert refusal(await ada.post("/projects/bulk", body)) == (422, "owner_unknown")


async def ids_of(browser: Browser, path: str) -> set[str]:
    return {each["id"] for each in (await browser.read(path))["items"]}


async def test_a_project_goes_back_to_what_blocked_it_before_the_archive(bob: Browser) -> None:
    made = await a_project(bob, await a_service(bob, await a_client(bob)))
    path = f"/projects/{made['id']}/status"
    for status, reason in (("active", ""), ("blocked", "No data."), ("archived", "Given up.")):
        assert (await bob.put(path, {"status": status, "reason": reason})).is_success
    back = (await bob.put(path, {"status": "blocked"})).json()
    assert (back["status"], back["status_reason"]) == ("blocked", "No data.")


async def test_a_status_is_reached_from_some_others(bob: Browser) -> None:
    made = await a_project(bob, await a_service(bob, await a_client(bob)))
    path = f"/projects/{made['id']}/status"
    refused = await bob.put(path, {"status": "completed"})
    assert refusal(refused) == (409, "status_not_reachable")
    assert "active, archived" in refused.json()["detail"]
    assert (await bob.put(path, {"status": "active"})).json()["status"] == "active"
    assert refusal(await bob.put(path, {"status": "blocked"})) == (422, "reason_missing")
    body = {"status": "blocked", "reason": "No access to the data."}
    blocked = (await bob.put(path, body)).json()
    assert (blocked["status_reason"], blocked["reachable"]) == (
        "No access to the data.",
        ["active", "archived"],
    )
    assert (await bob.put(path, {"status": "archived", "reason": "Given up."})).is_success
    facts = await bob.read(f"/projects/{made['id']}/facts")
    assert (facts["status"], facts["reachable"]) == ("archived", ["blocked"])
    refused = await bob.put(path, {"status": "active"})
    assert refusal(refused) == (409, "status_not_reachable")
    back = await bob.put(path, {"status": "blocked", "reason": "Still no access."})
    assert back.json()["status"] == "blocked"
    kept = (await bob.read(f"/projects/{made['id']}/transitions"))["items"]
    assert [(each["from_value"], each["to_value"]) for each in reversed(kept)] == [
        ("draft", "active"),
        ("active", "blocked"),
        ("blocked", "archived"),
        ("archived", "blocked"),
    ]
    assert kept[1]["reason"] == "Given up."
    assert kept[1]["by"]["name"] == "Bob Noyce"
    assert kept[1]["token_id"] is None


async def test_the_history_names_the_agent_who_did_it_for_a_person(
    bob: Browser, app: FastAPI
) -> None:
    made = await a_project(bob, await a_service(bob, await a_client(bob)))
    async with Agent(app, await token_of(bob)) as agent:
        assert (await agent.put(f"/projects/{made['id']}/status", {"status": "active"})).is_success
    (token,) = (await bob.read("/tokens"))["items"]
    (kept,) = (await bob.read(f"/projects/{made['id']}/transitions"))["items"]
    assert kept["by"]["name"] == "Bob Noyce"
    assert (kept["token_id"], kept["token"]) == (token["id"], "Claude Code")


async def test_of_two_statuses_at_once_one_wins(bob: Browser, ada: Browser) -> None:
    made = await a_project(bob, await a_service(bob, await a_client(bob)))
    path = f"/projects/{made['id']}/status"
    both = await asyncio.gather(
        bob.put(path, {"status": "active"}), ada.put(path, {"status": "active"})
    )
    assert sorted(reply.status_code for reply in both) == [200, 409]


async def test_a_project_moves(bob: Browser, context: Context) -> None:
    one, other = await a_client(bob, "One"), await a_client(bob, "Other")
    first, second = await a_service(bob, one, "First"), await a_service(bob, one, "Second")
    far = await a_service(bob, other, "Far")
    made = await a_project(bob, first)
    path = f"/projects/{made['id']}/service"
    assert refusal(await bob.put(path, {"service_id": first["id"]})) == (409, "already_there")
    moved = await bob.put(path, {"service_id": second["id"], "reason": "It fits better."})
    assert moved.json()["service"]["name"] == "Second"
    asked = await bob.put(path, {"service_id": far["id"]})
    assert refusal(asked) == (409, "moves_to_another_client")
    assert "Other" in asked.json()["detail"]
    body = {"service_id": far["id"], "confirm_other_client": True}
    assert (await bob.put(path, body)).json()["client"]["name"] == "Other"
    kept = (await bob.read(f"/projects/{made['id']}/transitions"))["items"]
    assert [(each["from_name"], each["to_name"]) for each in kept] == [
        ("Second", "Far"),
        ("First", "Second"),
    ]
    await a_project(bob, first)
    assert refusal(await bob.put(path, {**body, "service_id": first["id"]})) == (
        409,
        "project_name_taken",
    )
    await bob.do(f"/services/{second['id']}/archival", {})
    assert refusal(await bob.put(path, {**body, "service_id": second["id"]})) == (
        409,
        "place_archived",
    )
    await only_assigned(context, bob, other["id"])
    assert refusal(await bob.put(path, {"service_id": second["id"]})) == (404, "not_found")


async def test_a_move_to_another_client_leaves_its_contacts_behind(
    bob: Browser, context: Context
) -> None:
    one, other = await a_client(bob, "One"), await a_client(bob, "Other")
    made = await a_project(bob, await a_service(bob, one))
    far = await a_service(bob, other, "Far")
    async with context.engine.begin() as connection:
        await connection.execute(
            text(
                "WITH c AS (INSERT INTO contacts (id, client_id, name, created_at) "
                "VALUES (gen_random_uuid(), :client, 'Zoé', now()) RETURNING id) "
                "INSERT INTO contact_links (id, contact_id, project_id, role) "
                "SELECT gen_random_uuid(), id, :project, 'approver' FROM c"
            ),
            {"client": one["id"], "project": made["id"]},
        )
    body = {"service_id": far["id"], "confirm_other_client": True}
    assert (await bob.put(f"/projects/{made['id']}/service", body)).is_success
    async with context.sessions() as db:
        assert await db.scalar(text("SELECT count(*) FROM contact_links")) == 0
        assert await db.scalar(text("SELECT count(*) FROM contacts")) == 1


async def test_strangers_viewers_and_the_anonymous_meet_walls(
    bob: Browser, vera: Browser, anonymous: Browser, context: Context
) -> None:
    service = await a_service(bob, await a_client(bob))
    made = await a_project(bob, service)
    path = f"/projects/{made['id']}"
    new = {"service_id": service["id"], "name": "New"}
    assert refusal(await anonymous.get(f"{path}/facts")) == (401, "not_signed_in")
    assert refusal(await anonymous.post("/projects", new)) == (401, "not_signed_in")
    assert (await vera.read(f"{path}/facts"))["key"] == "READER"
    writes = (
        await vera.post("/projects", new),
        await vera.patch(path, {}, version=1),
        await vera.put(f"{path}/status", {"status": "active"}),
        await vera.put(f"{path}/service", {"service_id": service["id"]}),
        await vera.delete(path, name="Reader"),
    )
    assert [refusal(reply) for reply in writes] == [(403, "forbidden")] * 5
    await only_assigned(context, bob)
    for address in (f"{path}/facts", f"{path}/transitions", f"{path}/deletion"):
        assert refusal(await bob.get(address)) == (404, "not_found")
    assert refusal(await bob.post("/projects", new)) == (404, "not_found")
