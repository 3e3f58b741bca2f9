"""Moves, states, links and deletions name the version that they were made from, if they like."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response

from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client, a_project, a_service

Json = dict[str, Any]


@pytest.fixture
async def world(bob: Browser) -> Json:
    """Two clients; in the first a service with a project, a contact and an application."""
    client, other = await a_client(bob), await a_client(bob, "Northwind")
    service, there = await a_service(bob, client), await a_service(bob, other)
    return {
        "client": client,
        "other": other,
        "service": service,
        "there": there,
        "project": await a_project(bob, service),
        "contact": await bob.do("/contacts", {"client_id": client["id"], "name": "Grace"}),
        "application": await bob.do("/applications", {"client_id": client["id"], "name": "App"}),
    }


OPERATIONS = [
    ("PUT", "/projects/{project}/status", "project", {"status": "active"}),
    ("PUT", "/projects/{project}/service", "project", {"service_id": "there"}),
    ("PUT", "/services/{service}/client", "service", {"client_id": "other"}),
    ("POST", "/clients/{client}/archival", "client", {}),
    ("POST", "/services/{service}/archival", "service", {}),
    ("DELETE", "/clients/{client}", "client", None),
    ("DELETE", "/services/{service}", "service", None),
    ("DELETE", "/projects/{project}", "project", None),
    ("DELETE", "/contacts/{contact}", "contact", None),
    ("DELETE", "/applications/{application}", "application", None),
    ("PUT", "/projects/{project}/contacts/{contact}", "contact", {"roles": ["approver"]}),
    ("PUT", "/services/{service}/contacts/{contact}", "contact", {"role": "primary"}),
    (
        "PUT",
        "/applications/{application}/projects/{project}",
        "application",
        {"relation": "builds"},
    ),
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: " ".join(operation[:2]))
async def test_what_was_changed_meanwhile_is_not_overwritten(
    bob: Browser, world: Json, operation: tuple[str, str, str, Json | None]
) -> None:
    method, path, noun, body = operation
    address = "/api/v1" + path.format(**{name: one["id"] for name, one in world.items()})
    if body is not None:
        body = {k: world[v]["id"] if k.endswith("_id") else v for k, v in body.items()}
        if {"service_id", "client_id"} & body.keys():
            body["confirm_other_client"] = True

    async def send(version: str) -> Any:
        name = {"name": world[noun]["name"]} if method == "DELETE" else None
        headers = {"If-Match": version}
        return await bob.http.request(method, address, json=body, params=name, headers=headers)

    version = world[noun]["version"]
    patched = await bob.patch(f"/{noun}s/{world[noun]['id']}", {"name": "New"}, version=version)
    world[noun] = patched.json() if patched.is_success else world[noun]
    assert patched.is_success
    for stale in (f'"{version}"', f'W/"{version}"', '"nothing"'):
        assert refusal(await send(stale)) == (412, "changed_meanwhile")
    assert (await send(f'"{version + 1}"')).is_success


async def test_bringing_back_and_unlinking_name_a_version_too(bob: Browser, world: Json) -> None:
    for noun in ("client", "service"):
        path = f"/{noun}s/{world[noun]['id']}/archival"
        archived = await bob.do(path, {})
        for version, expected in ((1, 412), (archived["version"], 200)):
            headers = {"If-Match": f'"{version}"'}
            reply = await bob.http.delete(f"/api/v1{path}", headers=headers)
            assert reply.status_code == expected
    contact, application = world["contact"], world["application"]
    links = {
        f"/projects/{world['project']['id']}/contacts/{contact['id']}": {"roles": ["reviewer"]},
        f"/services/{world['service']['id']}/contacts/{contact['id']}": {"role": "primary"},
        f"/applications/{application['id']}/projects/{world['project']['id']}": {
            "relation": "changes"
        },
    }
    for path, body in links.items():
        linked = await bob.put(path, body)
        headers = {"If-Match": '"1"'}
        reply = await bob.http.delete(f"/api/v1{path}", headers=headers)
        assert refusal(reply) == (412, "changed_meanwhile")
        unlinked = await bob.delete(path)
        assert version_of(unlinked) == version_of(linked) + 1


def version_of(reply: Response) -> int:
    return int(reply.headers["etag"].strip('"'))


async def test_a_link_counts_as_a_change_of_the_contact(bob: Browser, world: Json) -> None:
    """Two who set roles at once: the second one is told."""
    contact = world["contact"]["id"]
    path = f"/projects/{world['project']['id']}/contacts/{contact}"
    linked = (await bob.put(path, {"roles": ["approver"]})).json()
    assert linked["items"][0]["contact"]["version"] == 2
    assert (await bob.put(path, {"roles": ["approver"]})).is_success
    assert (await bob.read(f"/contacts/{contact}"))["version"] == 2


async def test_the_trail_says_what_there_was_before(
    ada: Browser, bob: Browser, world: Json
) -> None:
    ids = {name: one["id"] for name, one in world.items()}
    await bob.put(f"/projects/{ids['project']}/contacts/{ids['contact']}", {"roles": ["approver"]})
    relation = {"relation": "builds"}
    await bob.put(f"/applications/{ids['application']}/projects/{ids['project']}", relation)
    assert (await bob.delete(f"/contacts/{ids['contact']}", name="Grace")).is_success
    gone = await bob.delete(f"/applications/{ids['application']}", name="App")
    assert gone.is_success
    for status, reason in (("active", "Go."), ("blocked", "No budget.")):
        body = {"status": status, "reason": reason}
        assert (await bob.put(f"/projects/{ids['project']}/status", body)).is_success
    await bob.do(f"/services/{ids['service']}/archival", {})
    await bob.delete(f"/services/{ids['service']}/archival")
    assert (await bob.delete(f"/projects/{ids['project']}", name="Reader")).is_success
    entries = {
        one["action"]: (one["before"], one["after"])
        for one in reversed((await ada.read("/audit/entries"))["items"])
    }
    for what in ("contact", "application"):  # it goes into the bin with its links, as it is
        before, after = entries[f"{what}.deleted"]
        assert before["deleted_at"] is None
        assert after["deleted_at"]
    before, after = entries["project.status_changed"]
    assert (before["status"], before["status_reason"]) == ("active", "Go.")
    assert (after["status"], after["status_reason"]) == ("blocked", "No budget.")
    before, after = entries["service.archived"]
    assert before == {"archived_at": None}
    assert after["archived_at"]
    before, after = entries["service.unarchived"]
    assert before["archived_at"]
    assert after == {"archived_at": None}
    before, after = entries["project.deleted"]
    assert before == {"name": "Reader", "deleted_at": None}
    assert after["deleted_at"]


async def test_no_agent_deletes_contacts_or_applications(
    bob: Browser, world: Json, app: FastAPI
) -> None:
    async with Agent(app, await token_of(bob)) as agent:
        for noun in ("contact", "application"):
            path = f"/{noun}s/{world[noun]['id']}"
            assert refusal(await agent.delete(path)) == (403, "forbidden")
            assert (await bob.get(path)).is_success


@pytest.mark.parametrize("tag", ['"{}"', 'W/"{}"', ' W/"{}" ', "*"])
async def test_a_tag_that_a_proxy_made_weak_names_the_same_version(
    bob: Browser, world: Json, tag: str
) -> None:
    """The edge does where it compresses a reply; a program sends back what it got."""
    address = f"/api/v1/clients/{world['client']['id']}"
    shown = (await bob.http.get(address)).headers["etag"].strip('"')
    headers = {"If-Match": tag.format(shown)}
    reply = await bob.http.patch(address, json={"name": "New"}, headers=headers)
    assert reply.is_success, reply.text


async def test_a_value_that_was_changed_meanwhile_is_not_retired_or_deleted(ada: Browser) -> None:
    made = await ada.do("/reference/service_category", {"code": "new", "name": "New"})
    item = f"/api/v1/reference-items/{made['id']}"
    renamed = await ada.patch(f"/reference-items/{made['id']}", {"name": "Newer"}, version=1)
    assert renamed.headers["etag"] == '"2"'
    steps = (("POST", "/retirement", 2), ("DELETE", "/retirement", 3), ("DELETE", "", 4))
    for method, part, version in steps:
        for named, expected in ((version - 1, 412), (version, 204 if part == "" else 200)):
            headers = {"If-Match": f'"{named}"'}
            reply = await ada.http.request(method, item + part, headers=headers)
            assert reply.status_code == expected, (method, part, reply.text)
        if part:
            assert reply.headers["etag"] == f'"{version + 1}"'
