from pathlib import Path

from agentlab.context import Context
from agentlab.portfolio.schemas import PortfolioOut
from tests.support.browser import Browser, refusal
from tests.support.projects import WORKFLOW, bmad_folder, import_it, project_of, write
from tests.support.statements import recorded

LONG = WORKFLOW + "".join(
    f"    - agent: dev\n      creates: part-{number}.md\n" for number in range(30)
)


async def test_the_portfolio_shows_where_each_project_stands(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    gate_id = page["stages"][0]["gate"]["id"]
    await bob.do(f"/gates/{gate_id}/submissions", {})
    portfolio = PortfolioOut.model_validate(await bob.read("/portfolio"))
    row = portfolio.clients[0].services[0].projects[0]
    assert (row.name, row.method, row.generation) == ("reader", "bmad", "v4")
    assert (row.stages_closed, row.stages_total) == (0, 4)
    assert (row.stage_state, str(row.waiting_gate_id)) == ("submitted", gate_id)
    assert row.documents_total == 1


async def test_an_empty_portfolio_is_a_portfolio(ada: Browser) -> None:
    assert PortfolioOut.model_validate(await ada.read("/portfolio")).clients == []


async def test_a_project_without_a_workflow_is_in_the_portfolio(
    bob: Browser, context: Context, root: Path
) -> None:
    write(root / "notes" / "README.md", "# Notes\n")
    await import_it(bob, context, root / "notes", workflow=None)
    portfolio = PortfolioOut.model_validate(await bob.read("/portfolio"))
    row = portfolio.clients[0].services[0].projects[0]
    assert (row.stage, row.stages_total, row.waiting_gate_id) == (None, 0, None)


async def test_pages_take_the_same_statements_however_large_they_are(
    bob: Browser, context: Context, root: Path
) -> None:
    small = await project_of(bob, context, bmad_folder(root, "small"))
    folder = bmad_folder(root, "large", workflow=LONG)
    for number in range(300):
        write(folder / "docs" / f"{number:03}.md", f"# {number}\n")
    large = await project_of(bob, context, folder)
    for path in ("/projects/{id}", "/portfolio"):
        with recorded(context.engine) as few:
            await bob.read(path.format(**small))
        with recorded(context.engine) as many:
            await bob.read(path.format(**large))
        assert len(few) == len(many)
    with recorded(context.engine) as statements:
        await bob.read("/portfolio")
    assert len(statements) == 2, "who asks, and the answer"
    with recorded(context.engine) as statements:
        await bob.read(f"/projects/{large['id']}")
    assert len(statements) <= 11


async def test_everything_asks_who_is_there(anonymous: Browser) -> None:
    for path in ("/portfolio", "/projects/00000000-0000-7000-8000-000000000000"):
        assert refusal(await anonymous.get(path)) == (401, "not_signed_in")
