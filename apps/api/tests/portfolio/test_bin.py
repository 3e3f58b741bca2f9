from pathlib import Path
from typing import Any

from sqlalchemy import text

from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.context import Context
from agentlab.models import metadata
from agentlab.portfolio.bin import service as bin_
from tests.gates.test_decisions import Review
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client, a_project, a_service
from tests.support.projects import bmad_folder, import_it, project_of

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
    }
    wrong = await bob.delete(path, name="Maison Lumiere")
    assert refusal(wrong) == (422, "name_does_not_match")
    assert wrong.json()["field"] == "name"
    assert (await bob.delete(path, name="Maison Lumière")).status_code == 204
    for address in (path, f"/projects/{page['id']}", f"/services/{page['service_id']}"):
        assert refusal(await bob.get(address)) == (404, "not_found")
    assert (await bob.read("/portfolio"))["clients"] == []
    (binned,) = (await bob.read("/bin"))["items"]
    assert (binned["level"], binned["deleted_by"]["name"]) == ("client", "Bob Noyce")
    assert (await bob.read(f"/bin/{binned['id']}/deletion"))["documents"] == 1
    restored = await bob.do(f"/bin/{binned['id']}/restoration", {})
    assert restored == {"id": page["client_id"], "level": "client", "name": "Maison Lumière"}
    assert (await bob.read(f"/projects/{page['id']}"))["name"] == "reader"
    assert (await bob.read("/bin"))["items"] == []
    kinds = [each["kind"] for each in (await bob.read(f"{path}/transitions"))["items"]]
    assert kinds == ["restore", "delete"]


async def test_a_name_that_was_taken_meanwhile_is_replaced(bob: Browser) -> None:
    service = await a_service(bob, await a_client(bob))
    made = await a_project(bob, service)
    await bob.delete(f"/projects/{made['id']}", name="Reader")
    await a_project(bob, service, "reader")
    path = f"/bin/{made['id']}/restoration"
    assert refusal(await bob.post(path, {})) == (409, "project_name_taken")
    assert (await bob.do(path, {"name": "Old reader"}))["name"] == "Old reader"
    assert (await bob.read(f"/projects/{made['id']}"))["name"] == "Old reader"


async def test_a_parent_is_restored_first(bob: Browser) -> None:
    client = await a_client(bob)
    service = await a_service(bob, client)
    made = await a_project(bob, service)
    await bob.delete(f"/projects/{made['id']}", name="Reader")
    await bob.delete(f"/services/{service['id']}", name="Reading")
    await bob.delete(f"/clients/{client['id']}", name=client["name"])
    rows = (await bob.read("/bin"))["items"]
    assert [(row["level"], row["waits_for"]) for row in rows] == [
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
    assert (await review.decide(await review.submit())).is_success
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
