"""Taking back what was done to many projects: all of it, or nothing."""

from typing import Any
from uuid import UUID

import pytest

from agentlab.audit import forgetting
from agentlab.context import Context
from agentlab.kit.clock import now
from tests.portfolio.dashboard.portfolio import Portfolio
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client, a_project, a_service
from tests.support.statements import recorded

Json = dict[str, Any]


async def facts(browser: Browser, project: Json | UUID) -> Json:
    id_ = project["id"] if isinstance(project, dict) else project
    found: Json = await browser.read(f"/projects/{id_}/facts")
    return found


async def linked_project(browser: Browser, service: Json, name: str = "Reader") -> Json:
    """With a contact in two roles, and an application."""
    project = await a_project(browser, service, name)
    client_id = service["client"]["id"]
    contact = await browser.do("/contacts", {"client_id": client_id, "name": f"Of {name}"})
    roles = {"roles": ["approver", "reviewer"]}
    assert (
        await browser.put(f"/projects/{project['id']}/contacts/{contact['id']}", roles)
    ).is_success
    app = await browser.do("/applications", {"client_id": client_id, "name": f"App of {name}"})
    builds = {"relation": "builds"}
    assert (
        await browser.put(f"/applications/{app['id']}/projects/{project['id']}", builds)
    ).is_success
    return project


async def links_of(browser: Browser, project: Json) -> tuple[list[Any], list[Any]]:
    contacts = (await browser.read(f"/projects/{project['id']}/contacts"))["items"]
    applications = (await browser.read(f"/projects/{project['id']}/applications"))["items"]
    return (
        [(one["contact"]["name"], sorted(one["roles"])) for one in contacts],
        [(one["name"], one["relation"]) for one in applications],
    )


def moving(service: Json, *projects: Json) -> Json:
    return {
        "action": "move",
        "project_ids": [project["id"] for project in projects],
        "service_id": service["id"],
        "confirm_other_client": True,
    }


async def test_links_to_contacts_and_applications_come_back(bob: Browser) -> None:
    here = await a_service(bob, await a_client(bob))
    there = await a_service(bob, await a_client(bob, "Northwind"))
    one, two = await linked_project(bob, here, "One"), await linked_project(bob, here, "Two")
    before = await links_of(bob, one)
    assert before == ([("Of One", ["approver", "reviewer"])], [("App of One", "builds")])
    done = await bob.do("/projects/bulk", moving(there, one, two))
    assert await links_of(bob, one) == ([], [])
    undone = await bob.do("/projects/bulk/undo", done["undo"])
    assert set(undone["changed"]) == {one["id"], two["id"]}
    assert await links_of(bob, one) == before
    assert (await links_of(bob, two))[1] == [("App of Two", "builds")]
    assert (await facts(bob, one))["service"]["id"] == here["id"]


async def test_the_move_of_one_project_is_undone_in_the_same_way(bob: Browser) -> None:
    here = await a_service(bob, await a_client(bob))
    there = await a_service(bob, await a_client(bob, "Northwind"))
    project = await linked_project(bob, here)
    before = await links_of(bob, project)
    body = {"service_id": there["id"], "confirm_other_client": True}
    moved = (await bob.put(f"/projects/{project['id']}/service", body)).json()
    left = {"id": project["id"], "version": moved["version"]}
    await bob.do("/projects/bulk/undo", {"action": "move", "projects": [left]})
    assert await links_of(bob, project) == before
    assert (await facts(bob, project))["service"]["id"] == here["id"]


async def test_a_contact_that_is_gone_meanwhile_is_left_out(bob: Browser) -> None:
    here = await a_service(bob, await a_client(bob))
    there = await a_service(bob, await a_client(bob, "Northwind"))
    one = await linked_project(bob, here, "One")
    done = await bob.do("/projects/bulk", moving(there, one))
    contact = (await bob.read("/contacts", client_id=here["client"]["id"]))["items"][0]
    assert (await bob.delete(f"/contacts/{contact['id']}", name=contact["name"])).is_success
    await bob.do("/projects/bulk/undo", done["undo"])
    assert await links_of(bob, one) == ([], [("App of One", "builds")])


async def test_links_that_were_made_there_are_not_taken_off(bob: Browser) -> None:
    here = await a_service(bob, await a_client(bob))
    there = await a_service(bob, await a_client(bob, "Northwind"))
    one = await a_project(bob, here, "One")
    done = await bob.do("/projects/bulk", moving(there, one))
    contact = await bob.do("/contacts", {"client_id": there["client"]["id"], "name": "Grace"})
    roles = {"roles": ["approver"]}
    await bob.put(f"/projects/{one['id']}/contacts/{contact['id']}", roles)
    reply = await bob.post("/projects/bulk/undo", done["undo"])
    assert refusal(reply) == (409, "changed_since")
    assert await links_of(bob, one) == ([("Grace", ["approver"])], [])


async def test_what_somebody_changed_since_is_not_undone(
    ada: Browser, bob: Browser, portfolio: Portfolio
) -> None:
    ada_id, bob_id = (await ada.read("/session"))["id"], (await bob.read("/session"))["id"]
    one, two = await portfolio.add("One"), await portfolio.add("Two")
    body = {"action": "assign_owner", "project_ids": [str(one), str(two)], "owner_id": bob_id}
    done = await bob.do("/projects/bulk", body)
    version = (await facts(ada, two))["version"]
    assert (await ada.patch(f"/projects/{two}", {"owner_id": ada_id}, version=version)).is_success
    reply = await bob.post("/projects/bulk/undo", done["undo"])
    at = [each["id"] for each in done["undo"]["projects"]].index(str(two))
    assert (refusal(reply), reply.json()["field"]) == ((409, "changed_since"), f"projects.{at}")
    assert "“Two”" in reply.json()["detail"]
    assert "One" not in reply.json()["detail"]
    assert (await facts(bob, one))["owner"]["id"] == bob_id
    assert (await facts(bob, two))["owner"]["id"] == ada_id


async def test_an_undone_undo_is_refused(bob: Browser, portfolio: Portfolio) -> None:
    one = await portfolio.add("One")
    done = await bob.do("/projects/bulk", {"action": "archive", "project_ids": [str(one)]})
    await bob.do("/projects/bulk/undo", done["undo"])
    reply = await bob.post("/projects/bulk/undo", done["undo"])
    assert refusal(reply) == (409, "changed_since")


@pytest.mark.parametrize("action", ["archive", "unarchive"])
async def test_a_status_comes_back_with_its_reason_and_date(
    bob: Browser, portfolio: Portfolio, action: str
) -> None:
    one = await portfolio.add("One")
    wanted = {"archive": "blocked", "unarchive": "archived"}[action]
    status = {"status": wanted, "reason": "No budget."}
    assert (await bob.put(f"/projects/{one}/status", status)).is_success
    before = await facts(bob, one)
    done = await bob.do("/projects/bulk", {"action": action, "project_ids": [str(one)]})
    assert (await facts(bob, one))["status"] != before["status"]
    await bob.do("/projects/bulk/undo", done["undo"])
    after = await facts(bob, one)
    told = ("status", "status_reason", "status_since", "reachable")
    assert [after[name] for name in told] == [before[name] for name in told]


async def test_owners_come_back_each_to_their_own(
    ada: Browser, bob: Browser, context: Context, portfolio: Portfolio
) -> None:
    ada_id, bob_id = (await ada.read("/session"))["id"], (await bob.read("/session"))["id"]
    one, two = await portfolio.add("One", owner_id=bob_id), await portfolio.add("Two")
    body = {"action": "assign_owner", "project_ids": [str(one), str(two)], "owner_id": ada_id}
    done = await ada.do("/projects/bulk", body)
    await ada.do("/projects/bulk/undo", done["undo"])
    assert (await facts(ada, one))["owner"]["id"] == bob_id
    assert (await facts(ada, two))["owner"] is None


async def test_what_the_trail_forgot_cannot_be_undone(
    bob: Browser, context: Context, portfolio: Portfolio
) -> None:
    one = await portfolio.add("One")
    done = await bob.do("/projects/bulk", {"action": "archive", "project_ids": [str(one)]})
    async with context.sessions.begin() as db:
        await forgetting.forget_older(db, now())
    reply = await bob.post("/projects/bulk/undo", done["undo"])
    assert refusal(reply) == (409, "cannot_be_undone")
    assert (await facts(bob, one))["status"] == "archived"


async def test_what_one_does_not_see_or_may_not_change_one_cannot_undo(
    ada: Browser, bob: Browser, vera: Browser, context: Context, portfolio: Portfolio
) -> None:
    one = await portfolio.add("One")
    done = await bob.do("/projects/bulk", {"action": "archive", "project_ids": [str(one)]})
    assert refusal(await vera.post("/projects/bulk/undo", done["undo"])) == (403, "forbidden")
    nothing = done["undo"] | {"projects": []}
    assert refusal(await bob.post("/projects/bulk/undo", nothing)) == (422, "invalid_input")
    await only_assigned(context, bob)
    reply = await bob.post("/projects/bulk/undo", done["undo"])
    assert (refusal(reply), reply.json()["field"]) == ((404, "not_found"), "projects.0")


async def test_a_service_that_is_archived_takes_nothing_back(bob: Browser) -> None:
    client = await a_client(bob)
    here, there = await a_service(bob, client), await a_service(bob, client, "Writing")
    one = await a_project(bob, here, "One")
    done = await bob.do("/projects/bulk", moving(there, one))
    assert (await bob.post(f"/services/{here['id']}/archival", {})).is_success
    reply = await bob.post("/projects/bulk/undo", done["undo"])
    assert refusal(reply) == (409, "place_archived")
    assert (await bob.delete(f"/services/{here['id']}/archival")).is_success
    await a_project(bob, here, "one")
    reply = await bob.post("/projects/bulk/undo", done["undo"])
    assert refusal(reply) == (409, "project_name_taken")
    assert reply.json()["detail"].startswith("One: ")


async def test_an_owner_who_stays_behind_is_none_and_comes_back(
    ada: Browser, bob: Browser, context: Context
) -> None:
    """Moved to a client that the owner does not see, and back."""
    here = await a_service(ada, await a_client(ada))
    there = await a_service(ada, await a_client(ada, "Northwind"))
    bob_id = (await bob.read("/session"))["id"]
    await only_assigned(context, bob, here["client"]["id"])
    one = await a_project(ada, here, "One", owner_id=bob_id)
    two = await a_project(ada, here, "Two")
    done = await ada.do("/projects/bulk", moving(there, one, two))
    assert [(each["name"], each["owner"]["name"]) for each in done["released"]] == [
        ("One", "Bob Noyce")
    ]
    assert (await facts(ada, one))["owner"] is None
    assert (await facts(ada, two))["owner"] is not None
    await ada.do("/projects/bulk/undo", done["undo"])
    assert (await facts(ada, one))["owner"]["id"] == bob_id


async def test_statements_do_not_grow_with_the_projects(bob: Browser, context: Context) -> None:
    """Of each action and of its undo: as many for one as for nine."""
    client, other = await a_client(bob), await a_client(bob, "Northwind")
    here, there = await a_service(bob, client), await a_service(bob, other)
    second = await a_service(bob, client, "Writing")
    few = [await linked_project(bob, here, "Few")]
    many = [
        await linked_project(bob, here if number % 2 else second, f"Many {number}")
        for number in range(9)
    ]
    for body in (
        {"action": "assign_owner", "owner_id": None},
        {"action": "archive"},
        {"action": "unarchive"},
        {"action": "move", "service_id": there["id"], "confirm_other_client": True},
    ):
        counts = []
        for projects in (few, many):
            ids = [project["id"] for project in projects]
            with recorded(context.engine) as doing:
                done = await bob.do("/projects/bulk", body | {"project_ids": ids})
            assert len(done["changed"]) == len(projects)
            with recorded(context.engine) as undoing:
                await bob.do("/projects/bulk/undo", done["undo"])
            counts.append((len(doing), len(undoing)))
            if body["action"] == "archive":  # there has to be something to unarchive
                await bob.do("/projects/bulk", body | {"project_ids": ids})
        assert counts[0] == counts[1], body["action"]
