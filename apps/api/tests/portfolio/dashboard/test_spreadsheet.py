"""The list of projects as a file for spreadsheets."""

import csv
import io

from tests.portfolio.dashboard.portfolio import Portfolio
from tests.support.browser import Browser


async def exported(browser: Browser, **asked: str) -> list[dict[str, str]]:
    reply = await browser.get("/projects.csv", **asked)
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in reply.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"))))


async def test_the_file_has_what_the_filters_leave(bob: Browser, portfolio: Portfolio) -> None:
    await portfolio.add("Élan, the “first”", stage="Create the PRD", days=3)
    await portfolio.add("Blog")
    (row,) = await exported(bob, search="elan")
    assert (row["project"], row["client"]) == ("Élan, the “first”", "Maison Lumière")
    assert (row["stage"], row["days_at_stage"], row["waits_for_decision"]) == (
        "Create the PRD",
        "3",
        "no",
    )


async def test_it_goes_on_over_many_pages(bob: Browser, portfolio: Portfolio) -> None:
    for number in range(7):
        await portfolio.add(f"Project {number}")
    rows = await exported(bob)
    assert [row["project"] for row in rows] == [f"Project {number}" for number in range(7)]


async def test_nothing_in_it_is_a_formula(bob: Browser, portfolio: Portfolio) -> None:
    for name in ("=1+1", "+1", "-1", "@now", "plain = 1"):
        await portfolio.add(name)
    found = {row["project"] for row in await exported(bob)}
    assert found == {"'=1+1", "'+1", "'-1", "'@now", "plain = 1"}
