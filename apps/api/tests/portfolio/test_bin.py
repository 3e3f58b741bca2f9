from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.context import Context
from agentlab.models import metadata
from agentlab.portfolio.bin import service as bin_
from agentlab.portfolio.levels.deletion import Deletable
from tests.portfolio.test_applications import portal
from tests.portfolio.test_contacts import marie, trail
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, parsed, refusal
from tests.support.levels import a_client, a_project, a_service
from tests.support.portfolio import Place, portfolio_of
from tests.support.projects import bmad_folder, import_it, project_of, write
from tests.support.review import Review


@dataclass(frozen=True)
class Linked:
    """A contact of a service and a project, and an application that the project builds."""

    here: Place
    contact_id: str
    application_id: str

    @property
    def places_of_contact(self) -> tuple[str, str]:
        return (
            f"/services/{self.here.service_id}/contacts",
            f"/projects/{self.here.project_id}/contacts",
        )

    @property
    def applications_of_project(self) -> str:
        return f"/projects/{self.here.project_id}/applications"


@pytest.fixture
async def linked(bob: Browser, context: Context) -> Linked:
    here = await portfolio_of(context, "Here")
    contact = await bob.do("/contacts", marie(here.client_id))
    application = await bob.do("/applications", portal(here.client_id))
    made = Linked(here, contact["id"], application["id"])
    for place, body in zip(
        made.places_of_contact, ({"role": "primary"}, {"roles": ["reviewer"]}), strict=True
    ):
        parsed(await bob.put(f"{place}/{contact['id']}", body))
    link = f"/applications/{application['id']}/projects/{here.project_id}"
    parsed(await bob.put(link, {"relation": "builds"}))
    return made


STAYS = {AuditEntry.__tablename__, AuditDetail.__tablename__, "audit_verifications", "users"}


async def test_a_deleted_client_comes_back_from_the_bin(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    path = f"/clients/{page['client_id']}"
    assert await bob.read(f"{path}/deletion") == {
        "name": "Maison Lumière",
        "services": 1,
        "projects": 1,
        "documents": 1,
        "versions": 1,
        "submissions": 0,
        "decisions": 0,
        "contacts": 0,
        "applications": 0,
        "links": 0,
    }
    wrong = await bob.delete(path, name="Maison Lumiere")
    assert refusal(wrong) == (422, "name_does_not_match")
    assert wrong.json()["field"] == "name"
    why = {"name": "Maison Lumière", "reason": "The contract ended."}
    assert (await bob.delete(path, **why)).status_code == 204
    for address in (path, f"/projects/{page['id']}", f"/services/{page['service_id']}"):
        assert refusal(await bob.get(address)) == (404, "not_found")
    assert (await bob.read("/portfolio"))["clients"] == []
    (binned,) = (await bob.read("/bin"))["items"]
    assert (binned["kind"], binned["deleted_by"]["name"]) == ("client", "Bob Noyce")
    assert (await bob.read(f"/bin/{binned['id']}/deletion"))["documents"] == 1
    restored = await bob.do(f"/bin/{binned['id']}/restoration", {"reason": "It goes on."})
    assert restored == {"id": page["client_id"], "kind": "client", "name": "Maison Lumière"}
    assert (await bob.read(f"/projects/{page['id']}"))["name"] == "reader"
    assert (await bob.read("/bin"))["items"] == []
    kept = (await bob.read(f"{path}/transitions"))["items"]
    assert [(each["kind"], each["reason"]) for each in kept] == [
        ("restore", "It goes on."),
        ("delete", "The contract ended."),
    ]


async def test_a_name_that_was_taken_meanwhile_is_replaced(bob: Browser) -> None:
    service = await a_service(bob, await a_client(bob))
    made = await a_project(bob, service)
    await bob.delete(f"/projects/{made['id']}", name="Reader")
    await a_project(bob, service, "reader")
    path = f"/bin/{made['id']}/restoration"
    assert refusal(await bob.post(path, {})) == (409, "project_name_taken")
    assert (await bob.do(path, {"name": "Old reader"}))["name"] == "Old reader"
    assert (await bob.read(f"/projects/{made['id']}"))["name"] == "Old reader"


async def test_a_contact_comes_back_with_its_links(
    bob: Browser, vera: Browser, context: Context, linked: Linked
) -> None:
    path, places = f"/contacts/{linked.contact_id}", linked.places_of_contact
    assert (await bob.read(f"{path}/deletion"))["links"] == 2
    assert refusal(await bob.delete(path, name="Marie")) == (422, "name_does_not_match")
    assert (await bob.delete(path, name="Marie Curie")).status_code == 204
    for address in (path, f"{path}/deletion"):
        assert refusal(await bob.get(address)) == (404, "not_found")
    for place in places:
        assert await vera.read(place) == {"items": []}
        assert refusal(await bob.delete(f"{place}/{linked.contact_id}")) == (404, "not_found")
    assert (await vera.read("/contacts"))["items"] == []
    (binned,) = (await vera.read("/bin"))["items"]
    assert (binned["kind"], binned["client"], binned["service"]) == ("contact", "Here", None)
    deleted, *before = (await vera.read("/activity", kind="contact"))["items"]
    assert (deleted["action"], deleted["client"], before) == ("contact.deleted", None, [])
    await bob.do(f"/bin/{linked.contact_id}/restoration", {})
    for place in places:
        assert len((await vera.read(place))["items"]) == 1
    labels = [label for action, label, _ in await trail(context) if action.startswith("contact.re")]
    assert labels == [None], "names of people stand in details only, which can be erased"


async def test_the_place_of_a_contact_in_the_bin_may_be_taken(
    ada: Browser, bob: Browser, linked: Linked
) -> None:
    """One person is one contact, so the other one goes first, or is not restored."""
    await bob.delete(f"/contacts/{linked.contact_id}", name="Marie Curie")
    again = await bob.do("/contacts", marie(linked.here.client_id))
    restoration = f"/bin/{linked.contact_id}/restoration"
    refused = await bob.post(restoration, {})
    assert refusal(refused) == (409, "contact_exists")
    assert again["id"] in refused.json()["detail"]
    await bob.delete(f"/contacts/{again['id']}", name="Marie Curie")
    assert (await ada.delete(f"/bin/{again['id']}", name="Marie Curie")).status_code == 204
    assert (await bob.do(restoration, {}))["kind"] == "contact"


async def test_an_application_comes_back_with_its_projects(
    bob: Browser, vera: Browser, linked: Linked
) -> None:
    path, of_project = f"/applications/{linked.application_id}", linked.applications_of_project
    assert (await bob.read(f"{path}/deletion"))["links"] == 1
    assert (await bob.delete(path, name="Portal")).status_code == 204
    assert refusal(await bob.get(path)) == (404, "not_found")
    assert await vera.read(of_project) == {"items": []}
    assert (await vera.read("/applications"))["items"] == []
    (deleted,) = (await vera.read("/activity", kind="application"))["items"]
    assert (deleted["action"], deleted["label"]) == ("application.deleted", None)
    await bob.do("/applications", portal(linked.here.client_id))
    restoration = f"/bin/{linked.application_id}/restoration"
    assert refusal(await bob.post(restoration, {})) == (409, "application_name_taken")
    assert (await bob.do(restoration, {"name": "Old portal"}))["name"] == "Old portal"
    assert [one["name"] for one in (await vera.read(of_project))["items"]] == ["Old portal"]


async def test_what_belongs_to_a_client_waits_for_it_and_goes_with_it(
    ada: Browser, linked: Linked, context: Context
) -> None:
    ids = {linked.contact_id: "Marie Curie", linked.application_id: "Portal"}
    await ada.delete(f"/contacts/{linked.contact_id}", name="Marie Curie")
    await ada.delete(f"/applications/{linked.application_id}", name="Portal")
    client = linked.here.client_id
    assert (await ada.read(f"/clients/{client}/deletion"))["contacts"] == 1
    await ada.delete(f"/clients/{client}", name="Here")
    rows = {row["id"]: row["waits_for"] for row in (await ada.read("/bin"))["items"]}
    assert rows == {str(client): None} | dict.fromkeys(ids, "client")
    for id_ in ids:
        reply = await ada.post(f"/bin/{id_}/restoration", {})
        assert refusal(reply) == (409, "parent_in_bin")
    assert (await ada.delete(f"/bin/{client}", name="Here")).status_code == 204
    assert (await ada.read("/bin"))["items"] == []
    assert not {"contacts", "applications", "contact_links"} & {
        table for table, number in (await counted(context)).items() if number
    }


async def test_a_purged_contact_takes_only_its_own_along(
    ada: Browser, linked: Linked, context: Context
) -> None:
    before = await counted(context)
    await ada.delete(f"/contacts/{linked.contact_id}", name="Marie Curie")
    path = f"/bin/{linked.contact_id}"
    assert (await ada.read(f"{path}/deletion"))["links"] == 2
    assert (await ada.delete(path, name="Marie Curie")).status_code == 204
    after = await counted(context)
    gone = {table for table, number in before.items() if number > after[table]}
    assert gone == {"contacts", "contact_links"}
    action, _, detail = (await trail(context))[-1]
    assert (action, detail["before"]) == ("contact.purged", {"links": 2})


async def test_a_token_of_one_project_finds_nothing_else_in_the_bin(
    bob: Browser, context: Context, linked: Linked
) -> None:
    token = await bob.do(
        "/tokens", {"name": "CI", "scopes": ["read"], "project_id": str(linked.here.project_id)}
    )
    await bob.delete(f"/contacts/{linked.contact_id}", name="Marie Curie")
    headers = {"Authorization": f"Bearer {token['token']}"}
    found = parsed(await bob.http.get("/api/v1/bin", headers=headers))
    assert found["items"] == []


async def test_a_parent_is_restored_first(bob: Browser) -> None:
    client = await a_client(bob)
    service = await a_service(bob, client)
    made = await a_project(bob, service)
    await bob.delete(f"/projects/{made['id']}", name="Reader")
    await bob.delete(f"/services/{service['id']}", name="Reading")
    await bob.delete(f"/clients/{client['id']}", name=client["name"])
    rows = (await bob.read("/bin"))["items"]
    assert [(row["kind"], row["waits_for"]) for row in rows] == [
        ("client", None),
        ("service", "client"),
        ("project", "client"),
    ]
    for each in (made, service):
        reply = await bob.post(f"/bin/{each['id']}/restoration", {})
        assert refusal(reply) == (409, "parent_in_bin")
        assert client["name"] in reply.json()["detail"]
    await bob.do(f"/bin/{client['id']}/restoration", {})
    reply = await bob.post(f"/bin/{made['id']}/restoration", {})
    assert "Restore the service first" in reply.json()["detail"]
    await bob.do(f"/bin/{service['id']}/restoration", {})
    await bob.do(f"/bin/{made['id']}/restoration", {})


async def test_everybody_finds_in_the_bin_what_they_could_see(
    bob: Browser, vera: Browser, anonymous: Browser, context: Context
) -> None:
    mine, other = await a_client(bob, "Mine"), await a_client(bob, "Other")
    for client in (mine, other):
        await bob.delete(f"/clients/{client['id']}", name=client["name"])
    await only_assigned(context, bob, mine["id"])
    assert [row["name"] for row in (await bob.read("/bin"))["items"]] == ["Mine"]
    stranger = await bob.post(f"/bin/{other['id']}/restoration", {})
    assert refusal(stranger) == (404, "not_found")
    assert refusal(await bob.get(f"/bin/{other['id']}/deletion")) == (404, "not_found")
    assert refusal(await anonymous.get("/bin")) == (401, "not_signed_in")
    assert refusal(await vera.post(f"/bin/{mine['id']}/restoration", {})) == (403, "forbidden")
    purge = await bob.delete(f"/bin/{mine['id']}", name="Mine")
    assert refusal(purge) == (403, "forbidden")


async def test_the_bin_is_read_in_pages(bob: Browser) -> None:
    for name in ("A", "B", "C"):
        client = await a_client(bob, name)
        await bob.delete(f"/clients/{client['id']}", name=name)
    first = await bob.read("/bin", limit=2)
    rest = await bob.read("/bin", limit=2, after=first["next"])
    assert [row["name"] for row in (*first["items"], *rest["items"])] == ["C", "B", "A"]
    assert [row["name"] for row in (await bob.read("/bin", search="b"))["items"]] == ["B"]


async def test_a_purge_leaves_no_row_but_the_audit_trail(
    ada: Browser, bob: Browser, context: Context, root: Path
) -> None:
    page = await everything_there_is(bob, context, root)
    before = await counted(context)
    empty = [table for table, number in before.items() if not number]
    assert set(empty) <= NOT_OF_A_CLIENT, "the purge of these is not tested"
    await bob.delete(f"/clients/{page['client_id']}", name="Maison Lumière")
    path = f"/bin/{page['client_id']}"
    assert refusal(await ada.delete(path, name="Maison")) == (422, "name_does_not_match")
    assert (await ada.delete(path, name="Maison Lumière")).status_code == 204
    after = await counted(context)
    left = {table for table, number in after.items() if number}
    assert left <= STAYS | {"reference_items"}
    assert after["audit_entries"] == before["audit_entries"] + 2
    assert refusal(await ada.post(f"{path}/restoration", {})) == (404, "not_found")


NOT_OF_A_CLIENT = {
    "account_links",
    "identities",
    "idempotency_keys",
    "inbox_digests",
    "refresh_tokens",
    "saved_views",
    "schema_floor",
}


LINKS = """
    INSERT INTO reference_items (id, kind, code, name, created_at)
        VALUES (gen_random_uuid(), 'service_category', 'purged', 'Purged', now());
    INSERT INTO service_categories SELECT s.id, r.id FROM services s, reference_items r;
    INSERT INTO contacts (id, client_id, name, created_at)
        SELECT gen_random_uuid(), id, 'Zoé', now() FROM clients;
    INSERT INTO contact_links (id, contact_id, project_id, role)
        SELECT gen_random_uuid(), c.id, p.id, 'approver' FROM contacts c, projects p;
    INSERT INTO contact_links (id, contact_id, service_id, role)
        SELECT gen_random_uuid(), c.id, s.id, 'primary' FROM contacts c, services s;
    INSERT INTO applications (id, client_id, name, created_at)
        SELECT gen_random_uuid(), id, 'Library', now() FROM clients;
    INSERT INTO application_projects SELECT a.id, p.id, 'builds' FROM applications a, projects p;
    INSERT INTO templates (id, method, generation, key, name, description, project_types,
            source_path, source, sha256, when_to_use, handoff_prompts, extra, imported_at)
        SELECT gen_random_uuid(), method, generation, key, name, description, project_types,
            source_path, source, 'of before', when_to_use, handoff_prompts, extra, imported_at
        FROM templates;
    INSERT INTO template_changes (id, workflow_id, from_template_id, to_template_id, changed_at,
            summary)
        SELECT gen_random_uuid(), w.id, t.id, w.template_id, now(), '{}'
        FROM workflows w, templates t WHERE t.sha256 = 'of before';
    INSERT INTO gate_policies
        (gate_id, roles, approvals, submitter_decides, checklist, reauthentication, version)
        SELECT id, '{}', 1, true, '[]', false, 1 FROM gates;
    INSERT INTO gate_reviewers (gate_id, user_id)
        SELECT g.id, u.id FROM gates g, (SELECT id FROM users LIMIT 1) u;
    INSERT INTO gate_deputies (id, gate_id, reviewer_id, deputy_id, starts_on, ends_on)
        SELECT gen_random_uuid(), g.id, u.id, u.id, current_date, current_date
        FROM gates g, (SELECT id FROM users LIMIT 1) u;
    INSERT INTO gate_reminders (submission_id, due_at, reminded_at)
        SELECT id, now(), now() FROM submissions;
    INSERT INTO torn_submissions (submission_id, texts, since)
        SELECT id, 1, now() FROM submissions;
    INSERT INTO decision_attention (decision_id, user_id, seconds, texts)
        SELECT id, decided_by, 1, '[]' FROM decisions;
    INSERT INTO condition_answers
        (id, workflow_id, condition, holds, note, answered_by, answered_at)
        SELECT gen_random_uuid(), id, 'has_a_face', true, '', (SELECT id FROM users LIMIT 1), now()
        FROM workflows;
    INSERT INTO route_choices (id, stage_id, route, note, chosen_by, chosen_at)
        SELECT gen_random_uuid(), id, 'small', '', (SELECT id FROM users LIMIT 1), now()
        FROM stages;
    INSERT INTO document_readings (user_id, document_id, version, words, read_at)
        SELECT u.id, v.document_id, v.number, 1, now()
        FROM versions v, (SELECT id FROM users LIMIT 1) u;
    INSERT INTO inbox_snoozes (user_id, kind, item_id, project_id, until, reason, snoozed_at)
        SELECT u.id, 'contradiction', p.id, p.id, now(), 'Later', now()
        FROM projects p, (SELECT id FROM users LIMIT 1) u;
    INSERT INTO ledger_readings (project_id, digest, notices, read_at)
        SELECT id, '', '[]', now() FROM projects;
    INSERT INTO work_items
        (id, project_id, position, kind, key, title, status, is_disputed)
        SELECT gen_random_uuid(), id, 0, 'story', '1-1-accounts', 'Accounts', 'done', true
        FROM projects;
    INSERT INTO work_statements
        (item_id, position, ledger, raw, status, path, line, text, sha256)
        SELECT id, 0, 'story_file', 'done', 'done', 'a.md', 1, 'Done', '' FROM work_items;
    INSERT INTO contradictions
        (id, project_id, item_id, position, kind, is_expected, evidence)
        SELECT gen_random_uuid(), project_id, id, 0, 'gate_failed', false, '[]' FROM work_items;
    INSERT INTO corrections
        (id, project_id, kind, item_kind, item_key, ledger, path, key, word_before, word_after,
            sha256_before, sha256_after, applied_by, applied_at)
        SELECT gen_random_uuid(), id, 'gate_failed', 'story', '1-1-accounts', 'sprint_status',
            'a.yaml', '1-1-accounts', 'done', 'review', '', '', (SELECT id FROM users LIMIT 1),
            now() FROM projects;
    INSERT INTO correction_intents (id, project_id, undoes_id, facts, intended_by, intended_at)
        SELECT gen_random_uuid(), project_id, id, '{}', applied_by, now() FROM corrections;
    INSERT INTO method_news (project_id, id, outcome, found_at)
        SELECT id, gen_random_uuid(), '', now() FROM projects ON CONFLICT DO NOTHING;
    INSERT INTO client_assignments SELECT u.id, c.id FROM users u, clients c;
    INSERT INTO api_tokens
        (id, user_id, name, token_hash, hint, scopes, project_id, created_at)
        SELECT gen_random_uuid(), (SELECT id FROM users LIMIT 1), 'CI', id::text, 'abcd',
            '{read}', id, now() FROM projects
"""


async def everything_there_is(bob: Browser, context: Context, root: Path) -> dict[str, Any]:
    """A client with a row in every table that can belong to one."""
    page = await project_of(bob, context, bmad_folder(root))
    review = Review(bob, context, root / "reader", page)
    withdrawn = await review.submit()
    await bob.do(f"/submissions/{withdrawn['id']}/withdrawal")
    submission = await review.submit()
    lines = {"first_line": 1, "last_line": 1, "text": "Which one?"}
    asked = {"document_id": submission["artefacts"][0]["document_id"], **lines}
    thread = await bob.do(f"/submissions/{submission['id']}/threads", asked)
    for move in ("resolution", "reopening"):
        await bob.do(f"/threads/{thread['id']}/{move}")
    assert (await review.decide(submission)).is_success
    write(root / "reader" / "docs" / "prd.md", "# Changed since\n")
    await bob.do(f"/projects/{page['id']}/scans")
    stale = await bob.read(f"/gates/{review.gate_id}/staleness")
    reason = {"digest": stale["digest"], "reason": "A typo."}
    await bob.do(f"/gates/{review.gate_id}/acceptances", reason)
    await bob.put(f"/projects/{page['id']}/status", {"status": "completed"})
    await a_project(bob, {"id": page["service_id"]}, "Second")
    async with context.engine.begin() as connection:
        for statement in LINKS.split(";"):
            await connection.execute(text(statement))
    return page


async def counted(context: Context) -> dict[str, int]:
    found: dict[str, int] = {}
    async with context.sessions() as db:
        for table in metadata.tables:
            found[table] = int(
                await db.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - our own names
            )
    return found


async def test_another_client_of_the_same_template_keeps_it(
    ada: Browser, context: Context, root: Path
) -> None:
    first = await project_of(ada, context, bmad_folder(root, "first"))
    second = await project_of(ada, context, bmad_folder(root, "second"))
    await ada.delete(f"/projects/{first['id']}", name="first")
    assert (await ada.delete(f"/bin/{first['id']}", name="first")).is_success
    page = await ada.read(f"/projects/{second['id']}")
    template_id = page["workflow"]["template"]["id"]
    assert (await ada.get(f"/templates/{template_id}/source")).is_success
    assert page["documents"]["total"] == 1


async def test_what_is_older_than_thirty_days_goes_by_itself(
    ada: Browser, context: Context
) -> None:
    old, young = await a_client(ada, "Old"), await a_client(ada, "Young")
    service = await a_service(ada, old)
    await ada.delete(f"/services/{service['id']}", name="Reading")
    for client in (old, young):
        await ada.delete(f"/clients/{client['id']}", name=client["name"])
    async with context.engine.begin() as connection:
        await connection.execute(
            text("UPDATE clients SET deleted_at = now() - interval '31 days' WHERE name = 'Old'")
        )
    await bin_.purge_old(context)
    assert [row["name"] for row in (await ada.read("/bin"))["items"]] == ["Young"]
    async with context.sessions() as db:
        kinds = await db.scalars(
            text("SELECT actor_kind FROM audit_entries WHERE action = 'client.purged'")
        )
        assert list(kinds) == ["system"]


async def test_one_that_cannot_go_keeps_no_other_in_the_bin(
    ada: Browser,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stuck, gone = await a_client(ada, "Stuck"), await a_client(ada, "Gone")
    for client in (stuck, gone):
        await ada.delete(f"/clients/{client['id']}", name=client["name"])
    async with context.engine.begin() as connection:
        await connection.execute(text("UPDATE clients SET deleted_at = now() - interval '31 days'"))
    purge_locked = bin_.purge_locked

    async def purge(db: AsyncSession, kind: Deletable, thing: Any) -> None:
        await purge_locked(db, kind, thing)
        if thing.name == "Stuck":
            raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(bin_, "purge_locked", purge)
        await bin_.purge_old(context)
    assert [row["name"] for row in (await ada.read("/bin"))["items"]] == ["Stuck"]
    assert "bin_purge_failed" in caplog.text
    await bin_.purge_old(context)
    assert (await ada.read("/bin"))["items"] == []


async def test_a_folder_whose_project_is_in_the_bin_is_not_imported_again(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    page = await project_of(bob, context, folder)
    await bob.delete(f"/services/{page['service_id']}", name="Reading")
    assert (await bob.do("/inspections", {"path": str(folder)}))["is_in_bin"] is True
    ended = await import_it(bob, context, folder, service="Another")
    assert ended["error"]["code"] == "imported_in_bin"
    assert "reader" in ended["error"]["detail"]


async def test_nothing_is_imported_into_an_archived_client(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    await bob.do(f"/clients/{page['client_id']}/archival", {})
    ended = await import_it(bob, context, bmad_folder(root, "other"))
    assert ended["error"]["code"] == "place_archived"
