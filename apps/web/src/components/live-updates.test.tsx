import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { projectQuery } from "@/api/projects";
import { GateScreen } from "@/features/gates/gate-screen";
import { violations } from "@/mocks/axe";
import { contract } from "@/mocks/contract";
import { FakeEventSource } from "@/mocks/event-source";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { nobodySignedIn } from "@/mocks/world/people";
import { readerGateId, readerId } from "@/mocks/world/portfolio";
import { decisionOf, gateIs, gateOf, submissionOf } from "@/mocks/world/reader";
import { AppShell } from "./app-shell";
import { LiveUpdates } from "./live-updates";
import { SessionGate } from "./session-gate";

const otherId = "00000000-0000-4000-8000-00000000ffff";
const gateChanged = { noun: "gate", id: readerGateId, project_id: readerId };
const decided = gateOf({
  submissions: [submissionOf({ decision: decisionOf({ decided_by: "Grace Hopper" }) })],
});

const page = (
  <LiveUpdates>
    <AppShell>
      <GateScreen />
    </AppShell>
  </LiveUpdates>
);
const open = (options = {}) => renderScreen(page, { at: `/gates/${readerGateId}`, ...options });

beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => {
  vi.useRealTimers();
  hide(false);
});

function hide(isHidden: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
  act(() => {
    document.dispatchEvent(new Event("visibilitychange"));
  });
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test("what somebody else decides appears without anything being done", async () => {
  open();
  await screen.findByRole("button", { name: "Approve" });
  FakeEventSource.current.accept();
  server.use(gateIs(decided));
  FakeEventSource.current.say("change", gateChanged);
  expect(await screen.findByRole("heading", { name: "Approved" })).toBeVisible();
  expect(screen.getAllByText(/By Grace Hopper/)[0]).toBeVisible();
});

test("a decision that is being written keeps every word, and its dialog says what happened", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Reject" }));
  const dialog = within(screen.getByRole("dialog"));
  const reason = dialog.getByRole("textbox", { name: "What has to change" });
  await user.type(reason, "FR2 is vague, and");
  FakeEventSource.current.accept();
  server.use(gateIs(decided));
  FakeEventSource.current.say("change", gateChanged);
  expect(await dialog.findByText(/settled meanwhile/)).toBeVisible();
  expect(reason).toHaveValue("FR2 is vague, and");
  expect(reason).toHaveFocus();
  await user.type(reason, " so is FR3.");
  expect(reason).toHaveValue("FR2 is vague, and so is FR3.");
});

test("only what a change is about is asked for again", async () => {
  const { client } = open();
  await screen.findByRole("button", { name: "Approve" });
  FakeEventSource.current.accept();
  await pass(100);
  await waitFor(() => expect(client.isFetching()).toBe(0));
  const asked: string[] = [];
  server.events.on("request:start", ({ request }) => {
    asked.push(new URL(request.url).pathname);
  });
  client.setQueryData(projectQuery(otherId).queryKey, undefined);
  FakeEventSource.current.say("change", { noun: "gate", id: otherId, project_id: otherId });
  FakeEventSource.current.say("change", { noun: "import", id: otherId, project_id: null });
  await pass(200);
  // What waits for one may be anywhere.
  const inbox = "/api/v1/inbox/totals";
  expect(asked).toEqual([inbox]);
  FakeEventSource.current.say("change", gateChanged);
  FakeEventSource.current.say("change", { ...gateChanged, noun: "stage" });
  await pass(200);
  const ofGate = `/api/v1/gates/${readerGateId}`;
  const besides = () => asked.filter((path) => path !== inbox).sort();
  await waitFor(() => expect(besides()).toEqual([ofGate, `${ofGate}/threads`]));
  server.events.removeAllListeners();
});

test("after a reset and after a break everything is asked for again", async () => {
  open();
  await screen.findByRole("button", { name: "Approve" });
  FakeEventSource.current.accept();
  server.use(gateIs(decided));
  FakeEventSource.current.say("reset");
  expect(await screen.findByRole("heading", { name: "Approved" })).toBeVisible();
  server.use(gateIs(gateOf()));
  FakeEventSource.current.breakOff();
  FakeEventSource.current.accept();
  expect(await screen.findByRole("button", { name: "Approve" })).toBeVisible();
});

test("a first reply that was on its way when something changed is asked for again", async () => {
  let answer = (_: ReturnType<typeof gateOf>) => {};
  const first = new Promise<ReturnType<typeof gateOf>>((resolve) => {
    answer = resolve;
  });
  server.use(contract.get("/api/v1/gates/{gate_id}", async () => HttpResponse.json(await first)));
  open();
  FakeEventSource.current.accept();
  await pass(100);
  FakeEventSource.current.say("change", gateChanged);
  await pass(100);
  server.use(gateIs(decided));
  answer(gateOf());
  expect(await screen.findByRole("heading", { name: "Approved" })).toBeVisible();
});

test("a short break is nobody's business; a longer one is said until it is over", async () => {
  const { container } = open();
  await screen.findByRole("button", { name: "Approve" });
  FakeEventSource.current.accept();
  FakeEventSource.current.breakOff();
  await pass(2_000);
  FakeEventSource.current.accept();
  await pass(10_000);
  expect(screen.queryByText("Live updates paused…")).toBeNull();
  FakeEventSource.current.breakOff();
  await pass(3_900);
  expect(screen.queryByText("Live updates paused…")).toBeNull();
  await pass(200);
  expect(screen.getByText("Live updates paused…")).toBeVisible();
  expect(screen.getByText("Live updates paused…").closest("[role=status]")).not.toBeNull();
  vi.useRealTimers();
  expect(await violations(container)).toEqual([]);
  FakeEventSource.current.accept();
  expect(screen.queryByText("Live updates paused…")).toBeNull();
});

test("a refusal, as of a proxy without a server behind it, is tried again until it is let in", async () => {
  open();
  await screen.findByRole("button", { name: "Approve" });
  FakeEventSource.current.refuse();
  expect(FakeEventSource.isAnyOpen).toBe(false);
  await pass(2_100);
  FakeEventSource.current.refuse();
  await pass(2_100);
  expect(screen.getByText("Live updates paused…")).toBeVisible();
  FakeEventSource.current.accept();
  expect(screen.queryByText("Live updates paused…")).toBeNull();
  expect(FakeEventSource.count).toBe(3);
});

test("a refusal because the session has ended leads to the way back in", async () => {
  const { where } = renderScreen(<SessionGate skeleton={null}>{page}</SessionGate>, {
    at: `/gates/${readerGateId}`,
  });
  await screen.findByRole("button", { name: "Approve" });
  server.use(nobodySignedIn);
  FakeEventSource.current.refuse();
  await waitFor(() => expect(where()).toContain("/sign-in"));
  expect(FakeEventSource.isAnyOpen).toBe(false);
});

test("a server that is away takes the page from nobody", async () => {
  open();
  await screen.findByRole("button", { name: "Approve" });
  server.use(contract.get("/api/v1/session", () => HttpResponse.error()));
  FakeEventSource.current.refuse();
  await pass(1_000);
  expect(screen.getByRole("button", { name: "Approve" })).toBeVisible();
});

test("a page that is hidden for a while gives its connection back, and catches up when it is seen", async () => {
  const { client } = open();
  await screen.findByRole("button", { name: "Approve" });
  FakeEventSource.current.accept();
  hide(true);
  await pass(9_000);
  expect(FakeEventSource.isAnyOpen).toBe(true);
  await pass(2_000);
  expect(FakeEventSource.isAnyOpen).toBe(false);
  server.use(gateIs(decided));
  hide(false);
  FakeEventSource.current.accept();
  expect(await screen.findByRole("heading", { name: "Approved" })).toBeVisible();
  expect(client.getQueriesData({ queryKey: ["portfolio"] })).toEqual([]);
});

test("a page that opens hidden waits until it is seen", async () => {
  hide(true);
  open();
  await screen.findByRole("button", { name: "Approve" });
  expect(FakeEventSource.count).toBe(0);
  hide(false);
  expect(FakeEventSource.isAnyOpen).toBe(true);
});

test("the connection ends with the page", async () => {
  const { unmount } = open();
  await screen.findByRole("button", { name: "Approve" });
  expect(FakeEventSource.isAnyOpen).toBe(true);
  unmount();
  expect(FakeEventSource.isAnyOpen).toBe(false);
});
