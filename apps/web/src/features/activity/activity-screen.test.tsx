import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { LiveUpdates } from "@/components/live-updates";
import { violations } from "@/mocks/axe";
import { contract, noContent } from "@/mocks/contract";
import { FakeEventSource } from "@/mocks/event-source";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { activityOf, bob, bobId, feed, feedIs } from "@/mocks/world/activity";
import { ada } from "@/mocks/world/people";
import { clientId, readerGateId, readerId } from "@/mocks/world/portfolio";
import { ActivityScreen } from "./activity-screen";

/** What the API was asked for, each time. */
function asking(): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    contract.get("/api/v1/activity", ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const items = query.has("newer_than") ? [] : feed;
      return HttpResponse.json({ items, next: null, looked_at: null, news: 0 });
    }),
  );
  return asked;
}

test("the feed says in sentences who did what, by day, with the way there", async () => {
  const { container } = renderScreen(<ActivityScreen />);
  const days = await screen.findAllByRole("region", { name: /2026/ });
  expect(days.map((day) => within(day).getAllByRole("listitem").length)).toEqual([2, 1]);
  const line = within(days[0] as HTMLElement).getAllByRole("listitem")[0] as HTMLElement;
  expect(line).toHaveTextContent("Bob Noyce approved “PRD” in Lecteur RSS.");
  expect(line).toHaveTextContent("Reads well.");
  expect(within(line).getByRole("link", { name: "PRD" })).toHaveAttribute(
    "href",
    `/gates/${readerGateId}`,
  );
  expect(within(line).getByRole("link", { name: "Lecteur RSS" })).toHaveAttribute(
    "href",
    `/projects/${readerId}`,
  );
  expect(screen.getByText(/3 documents are news in/)).toBeVisible();
  expect(document.title).toBe("Activity · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("agents, AgentLab itself and erased people have their names", async () => {
  const agent = { ...bob, kind: "agent", token: "Night shift" } as const;
  const system = { ...bob, kind: "system", id: null, name: null } as const;
  server.use(
    feedIs([
      activityOf({ sequence: 3, actor: agent }),
      activityOf({ sequence: 2, actor: system }),
      activityOf({ sequence: 1, actor: { ...bob, name: null } }),
    ]),
  );
  renderScreen(<ActivityScreen />);
  expect(await screen.findByText("Night shift (agent of Bob Noyce)")).toBeVisible();
  expect(screen.getByText("AgentLab")).toBeVisible();
  expect(screen.getByText("Erased person")).toBeVisible();
});

test("what is in the bin, and what nobody has a sentence for, is said without a name", async () => {
  const inBin = { label: null, client: null, project: null, gate_id: null };
  server.use(
    feedIs([
      activityOf({ sequence: 2, kind: "project", action: "project.deleted", ...inBin }),
      activityOf({ sequence: 1, kind: "project", action: "project.polished" }),
    ]),
  );
  renderScreen(<ActivityScreen />);
  const lines = await screen.findAllByRole("listitem");
  expect(lines[0]).toHaveTextContent("Bob Noyce moved a project to the bin.");
  expect(lines[1]).toHaveTextContent("Bob Noyce changed something in Lecteur RSS.");
});

test("what others did since one last looked is marked, and looking is remembered", async () => {
  const looked: unknown[] = [];
  server.use(
    feedIs(feed, { looked_at: "2026-11-24T07:00:00Z", news: 1 }),
    contract.put("/api/v1/activity/looked", async ({ request }) => {
      looked.push(await request.json());
      return noContent();
    }),
  );
  renderScreen(<ActivityScreen />);
  expect(await screen.findByText(/1 new since you last looked/)).toBeVisible();
  const [byBob, byAda, older] = await screen.findAllByRole("listitem");
  expect(byBob).toHaveTextContent("New:");
  expect(byAda).not.toHaveTextContent("New:"); // who looks is Ada
  expect(older).not.toHaveTextContent("New:");
  await waitFor(() => expect(looked).toEqual([{ at: "2026-11-24T09:30:00Z" }]));
});

test("what one’s own agent did is news, and a filtered feed is not all of it", async () => {
  const looked = vi.fn(noContent);
  const agent = { kind: "agent", id: ada.id, name: ada.name, token_id: bobId, token: "Night" };
  server.use(
    feedIs([activityOf({ actor: agent as typeof bob })], {
      looked_at: "2026-11-24T07:00:00Z",
      news: null,
    }),
    contract.put("/api/v1/activity/looked", looked),
  );
  renderScreen(<ActivityScreen />, { at: "/activity?kind=decision" });
  expect(await screen.findByRole("listitem")).toHaveTextContent("New:");
  expect(screen.getByText(/Much was done since you last looked/)).toBeVisible();
  expect(looked).not.toHaveBeenCalled();
});

test("a spreadsheet is told with what it brought", async () => {
  server.use(
    feedIs([
      activityOf({
        kind: "spreadsheet",
        action: "spreadsheet.imported",
        label: null,
        client: null,
        project: null,
        gate_id: null,
        counts: { projects: 25 },
      }),
    ]),
  );
  renderScreen(<ActivityScreen />);
  expect(await screen.findByRole("listitem")).toHaveTextContent(
    "Bob Noyce imported a spreadsheet into the portfolio, with 25 projects.",
  );
});

test("new ones are announced, and shown when one asks for them", async () => {
  const { user, client } = renderScreen(
    <LiveUpdates>
      <ActivityScreen />
    </LiveUpdates>,
  );
  await screen.findByText("Reads well.");
  FakeEventSource.current.accept();
  await waitFor(() => expect(client.isFetching()).toBe(0)); // what may have been missed before
  const newer = activityOf({ sequence: 45, label: "Architecture" });
  server.use(feedIs([newer, ...feed]));
  FakeEventSource.current.say("change", { noun: "gate", id: readerGateId, project_id: readerId });
  const pill = await screen.findByRole("button", { name: "1 new" });
  expect(screen.queryByText("Architecture")).not.toBeInTheDocument();
  await user.click(pill);
  expect(await screen.findByText("Architecture")).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: "1 new" })).toBeNull());
});

test("filters live in the address", async () => {
  const asked = asking();
  const { user } = renderScreen(<ActivityScreen />, { at: "/activity?from=2026-11-20" });
  await screen.findByText("Reads well.");
  expect(screen.getByLabelText("From")).toHaveValue("2026-11-20");
  await user.click(screen.getByRole("combobox", { name: "What" }));
  await user.click(await screen.findByRole("option", { name: "Decisions" }));
  expect(window.location.search).toBe("?kind=decision&from=2026-11-20");
  await waitFor(() => expect(asked.at(-1)?.getAll("kind")).toEqual(["decision"]));
  expect(asked.at(-1)?.get("from")).toBe(new Date("2026-11-20T00:00:00").toISOString());
  server.use(
    contract.get("/api/v1/people", ({ request }) => {
      const isBob = new URL(request.url).searchParams.get("search") === "bob";
      const items = isBob ? [{ id: bobId, name: "Bob Noyce" }] : [];
      return HttpResponse.json({ items, next: null });
    }),
  );
  await user.type(screen.getByRole("combobox", { name: "Who" }), "bob");
  await user.click(await screen.findByRole("option", { name: "Bob Noyce" }));
  await waitFor(() => expect(asked.at(-1)?.get("actor_id")).toBe(bobId));
  await user.type(screen.getByRole("combobox", { name: "Client" }), "Maison Lumière");
  await waitFor(() => expect(asked.at(-1)?.get("client_id")).toBe(clientId));
  await user.clear(screen.getByRole("combobox", { name: "Client" }));
  await waitFor(() => expect(asked.at(-1)?.has("client_id")).toBe(false));
  await user.click(screen.getByRole("button", { name: "Clear the filters" }));
  expect(window.location.search).toBe("");
});

test("one project's activity can be opened up to all again", async () => {
  const asked = asking();
  const { user } = renderScreen(<ActivityScreen />, { at: `/activity?project=${readerId}` });
  await user.click(await screen.findByRole("button", { name: "No longer only Lecteur RSS" }));
  expect(asked[0]?.get("project_id")).toBe(readerId);
  await waitFor(() => expect(asked.at(-1)?.has("project_id")).toBe(false));
});

test("the rest comes when one asks for more", async () => {
  server.use(
    contract.get("/api/v1/activity", ({ request }) => {
      const query = new URL(request.url).searchParams;
      const isFirst = !query.has("after");
      const items = query.has("newer_than") ? [] : isFirst ? feed.slice(0, 1) : feed.slice(1);
      return HttpResponse.json({ items, next: isFirst ? "44" : null, looked_at: null, news: 0 });
    }),
  );
  const { user } = renderScreen(<ActivityScreen />);
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(3));
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

test("an empty feed says what will be in it; filters without a match can be cleared", async () => {
  server.use(feedIs([]));
  const view = renderScreen(<ActivityScreen />);
  expect(await screen.findByText("Nothing has happened yet")).toBeVisible();
  view.unmount();
  renderScreen(<ActivityScreen />, { at: "/activity?kind=contact" });
  expect(await screen.findByText("Nothing matches these filters")).toBeVisible();
});

test("a failure can be tried again", async () => {
  server.use(contract.get("/api/v1/activity", () => HttpResponse.error()));
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { user } = renderScreen(<ActivityScreen />);
  await screen.findByRole("heading", { name: "AgentLab cannot be reached" });
  server.resetHandlers();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Reads well.")).toBeVisible();
});

test("the page speaks French", async () => {
  renderScreen(<ActivityScreen />, { language: "fr", as: ada });
  expect(await screen.findByRole("heading", { name: "Activité" })).toBeVisible();
  const [line] = await screen.findAllByRole("listitem");
  expect(line).toHaveTextContent("Bob Noyce a approuvé « PRD » dans Lecteur RSS.");
  expect(
    within(line as HTMLElement)
      .getByText("Lecteur RSS")
      .closest("bdi"),
  ).not.toBeNull();
});
