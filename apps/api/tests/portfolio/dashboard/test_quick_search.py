"""Finding by name what one can go to."""

from pathlib import Path

from agentlab.context import Context
from tests.portfolio.dashboard.portfolio import Portfolio
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, project_of, write


async def test_projects_clients_services_and_documents_are_found_by_name(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    found = (await bob.read("/search/quick", q="read"))["items"]
    assert [(item["kind"], item["name"]) for item in found] == [
        ("project", "reader"),
        ("service", "Reading"),
        ("document", "A reader"),
    ]
    assert found[0]["about"] == "Maison Lumière · Reading"
    assert {item["project_id"] for item in found} == {page["id"], None}
    (client,) = (await bob.read("/search/quick", q="LUMIERE"))["items"]
    assert (client["kind"], client["name"]) == ("client", "Maison Lumière")


async def test_a_name_that_begins_so_comes_first(bob: Browser, portfolio: Portfolio) -> None:
    await portfolio.add("A chart")
    await portfolio.add("Chat")
    await portfolio.add("Other", key="CHANGE")
    found = (await bob.read("/search/quick", q="cha"))["items"]
    assert [item["name"] for item in found] == ["Chat", "Other", "A chart"]


async def test_documents_of_the_project_at_hand_come_first(
    bob: Browser, context: Context, root: Path
) -> None:
    pages = []
    for name in ("one", "two"):
        folder = bmad_folder(root, name)
        write(folder / "docs" / "plan.md", f"# Plan of {name}\n")
        pages.append(await project_of(bob, context, folder))
    for page in pages:
        near = await bob.read("/search/quick", q="plan", project_id=page["id"])
        assert near["items"][0]["name"] == f"Plan of {page['name']}"


async def test_no_more_than_twenty_are_found_and_odd_words_find_nothing(
    bob: Browser, portfolio: Portfolio
) -> None:
    for number in range(25):
        await portfolio.add(f"Same {number}", client=f"Same {number}", service=f"Same {number}")
    assert len((await bob.read("/search/quick", q="same"))["items"]) == 14
    for odd in ("", "  ", "%", "'", "& | !", "a:*", "\\", "<->", "🙂"):
        assert (await bob.read("/search/quick", q=odd))["items"] == []
    for folded_apart in ("\u2474", "\u3220", "\ufdfa", "\ufdfb", "\u00bd", "\uff07"):
        assert (await bob.get("/search/quick", q=folded_apart)).status_code == 200
    unknown = "00000000-0000-7000-8000-000000000000"
    reply = await bob.get("/search/quick", q="a", project_id=unknown)
    assert refusal(reply) == (404, "not_found")
