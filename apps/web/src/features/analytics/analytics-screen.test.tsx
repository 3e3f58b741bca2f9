import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { bobId } from "@/mocks/world/activity";
import { figuresAre, figuresOf } from "@/mocks/world/analytics";
import { readerGateId } from "@/mocks/world/portfolio";
import { AnalyticsScreen } from "./analytics-screen";

const card = (name: string) => screen.findByRole("region", { name });

/** What the API was asked for, each time. */
function asking(): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    contract.get("/api/v1/analytics", ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json(figuresOf());
    }),
  );
  return asked;
}

test("the main figures stand beside those of the days before", async () => {
  const { container } = renderScreen(<AnalyticsScreen />);
  const headlines = await screen.findByRole("list", { name: "The main figures" });
  const said = within(headlines)
    .getAllByRole("listitem")
    .map(({ textContent }) => textContent?.replaceAll(/\s/g, " "));
  expect(said).toEqual([
    "Idea to ready20 daysmedian of 2 projectsNothing to compare with",
    "Time per stage3.2 daysmedian of 12 stages-50% (before: 6.3 days)",
    "Wait at gates30 hrmedian of 4 decisions0% (before: 30 hr)",
    "Rejection rate25%1 of 4 decidedNothing to compare with",
    "Stages done123 started, 1 completed+50% (before: 8)",
  ]);
  expect(screen.getByText(/compared with/)).toHaveTextContent(/^16 ?– ?29 Nov 2026/);
  expect(document.title).toBe("Analytics · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("every chart has its numbers as a table, and as a file with the same filters", async () => {
  renderScreen(<AnalyticsScreen />, { at: "/analytics?grain=month&client=c1" });
  const stages = await card("Time per stage");
  const table = within(stages).getByRole("table", { name: "Time per stage: the numbers" });
  expect(within(table).getByRole("rowheader", { name: "Create the PRD" })).toBeInTheDocument();
  for (const title of [
    "Over time",
    "Time per stage",
    "Time at gates",
    "Waiting by person",
    "Rejections by gate",
    "By client",
  ]) {
    const found = await card(title);
    expect(within(found).getByRole("table")).toBeInTheDocument();
    const link = within(found).getByRole("link", { name: `Download as CSV: ${title}` });
    expect(link.getAttribute("href")).toMatch(
      /^\/api\/v1\/analytics\.csv\?table=\w+&time_zone=[^&]+&grain=month&client_id=c1$/,
    );
  }
});

test("bars lead to what they are about", async () => {
  const { user } = renderScreen(<AnalyticsScreen />);
  const linkIn = async (title: string, name: string) =>
    within(await card(title))
      .getAllByRole("link", { name })[0]
      ?.getAttribute("href");
  expect(await linkIn("Time per stage", "Create the PRD")).toBe(
    "/?layout=table&stage=Create+the+PRD",
  );
  expect(await linkIn("Time at gates", "Create the PRD")).toBe(
    "/?layout=table&stage=Create+the+PRD&waiting=true",
  );
  expect(await linkIn("Waiting by person", "Bob Noyce")).toBe(
    `/activity?kind=decision&person=${bobId}&from=2026-11-16&to=2026-11-29`,
  );
  await user.click(screen.getByText("Waits for Bob Noyce: 1"));
  expect(await linkIn("Waiting by person", "Create the PRD, Lecteur RSS")).toBe(
    `/gates/${readerGateId}`,
  );
  await user.click(screen.getByRole("button", { name: "Only Maison Lumière" }));
  expect(window.location.search).toContain("client=");
});

test("filters live in the address, and days are those of the reader's zone", async () => {
  const asked = asking();
  const { user } = renderScreen(<AnalyticsScreen />, { at: "/analytics?from=2026-11-16&to=junk" });
  await card("Over time");
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    from: "2026-11-16",
    grain: "week",
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  await user.click(screen.getByRole("combobox", { name: "By" }));
  await user.click(await screen.findByRole("option", { name: "Months" }));
  await user.click(screen.getByRole("combobox", { name: "Method" }));
  await user.click(await screen.findByRole("option", { name: "BMAD v4" }));
  await waitFor(() => expect(asked.at(-1)?.get("generation")).toBe("v4"));
  expect(asked.at(-1)?.get("grain")).toBe("month");
  await user.click(screen.getByRole("button", { name: "Clear the filters" }));
  expect(window.location.search).toBe("");
});

test("another measure is drawn, and the arrow keys read it part by part", async () => {
  const { user } = renderScreen(<AnalyticsScreen />);
  const over = await card("Over time");
  const chart = within(over).getByRole("img", { name: /^Wait at gates over time/ });
  fireEvent.keyDown(chart, { key: "ArrowLeft" });
  fireEvent.keyDown(chart, { key: "ArrowLeft" });
  expect(within(over).getByRole("status")).toHaveTextContent(
    /^16 ?– ?22 Nov 2026 · median 30 hr, 9 of 10 within 3\.8 days \(4\)$/,
  );
  await user.click(within(over).getByRole("combobox", { name: "What is shown" }));
  await user.click(await screen.findByRole("option", { name: "Rejection rate" }));
  expect(await within(over).findByRole("img", { name: /^Rejection rate/ })).toBeVisible();
  expect(window.location.search).toBe("?measure=rejections");
});

test("what is left out of the figures is said", async () => {
  renderScreen(<AnalyticsScreen />);
  expect(await screen.findByText(/5 stages are open: median 2\.1/)).toBeVisible();
  expect(screen.getByText(/1 time is left out/)).toBeVisible();
  expect(screen.getByText("2 stages were skipped")).toBeVisible();
});

test("without workflows the page says how numbers come to be", async () => {
  server.use(figuresAre({ methods: [] }));
  renderScreen(<AnalyticsScreen />);
  expect(await screen.findByText("No figures yet")).toBeVisible();
  expect(screen.queryByRole("heading", { level: 2 })).not.toBeInTheDocument();
});

test("a refusal is said, and the filters stay where they can be changed", async () => {
  server.use(
    contract.get("/api/v1/analytics", () => problem(422, "period_backwards", "The period ends.")),
  );
  renderScreen(<AnalyticsScreen />, { at: "/analytics?from=2026-11-16&to=2026-11-01" });
  expect(await screen.findByText(/Exchange the days/)).toBeVisible();
  expect(screen.getByLabelText("From")).toHaveValue("2026-11-16");
});

test("the page speaks French, numbers too", async () => {
  renderScreen(<AnalyticsScreen />, { language: "fr" });
  expect(await screen.findByRole("heading", { name: "Analyses" })).toBeVisible();
  const headlines = await screen.findByRole("list", { name: "Les chiffres principaux" });
  expect(within(headlines).getByText(/^3,2\sj$/)).toBeVisible();
});
