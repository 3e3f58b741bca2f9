import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, noContent } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { inboxIs, inboxOf, itemOf, totalsOf } from "@/mocks/world/inbox";
import { readerGateId, readerId } from "@/mocks/world/portfolio";
import { AskStage } from "../projects/ask-stage";
import { InboxScreen } from "./inbox-screen";

const decision = itemOf();
const contradictions = itemOf({
  id: readerId,
  kind: "contradiction",
  title: "",
  gate_id: null,
  by: null,
  text: "",
  words: 0,
  count: 2,
  approvals_needed: null,
  approvals_given: null,
});

const question = itemOf({
  id: readerId,
  kind: "question",
  title: "Analysis",
  gate_id: null,
  by: null,
  text: "documentation_inadequate",
  asks: { stage_id: readerId, condition: "documentation_inadequate", routes: null },
  words: 0,
  approvals_needed: null,
  approvals_given: null,
});
const fork = itemOf({
  ...question,
  id: readerGateId,
  title: "Routing",
  text: "single_story, major_enhancement",
  asks: {
    stage_id: readerGateId,
    condition: null,
    routes: { single_story: { agent: "pm" }, major_enhancement: { continue: "to_next_step" } },
  },
});

const asked = vi.fn();

function Stub(props: { submissionId: string; verdict: string; onDecided: () => void }) {
  asked(props.submissionId, props.verdict);
  return (
    <button type="button" onClick={props.onDecided}>
      Decide it
    </button>
  );
}

const open = (options = {}) =>
  renderScreen(<InboxScreen DecisionDialog={Stub} StageDialog={AskStage} />, {
    at: "/inbox",
    ...options,
  });

test("each item says what it is, how long it takes to read and why it stands there", async () => {
  server.use(inboxIs(inboxOf([decision, contradictions])));
  const { container } = open();
  const [first, second] = await screen.findAllByRole("listitem");
  const row = within(first as HTMLElement);
  expect(row.getByRole("link", { name: "Decide: Create the PRD" })).toHaveAttribute(
    "href",
    `/gates/${readerGateId}`,
  );
  expect(row.getByText("7 min to read")).toBeVisible();
  expect(row.getByText("12 points: weight 3 × 4 days")).toBeVisible();
  expect(
    within(second as HTMLElement).getByRole("link", {
      name: "2 contradictions between the ledgers",
    }),
  ).toHaveAttribute("href", `/projects/${readerId}`);
  expect(screen.getByText(/Read this week: 20 min/)).toBeVisible();
  expect(screen.getByText("of 60 min a week")).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("j, k, a and r go through the queue and open the gate's own dialog", async () => {
  server.use(inboxIs(inboxOf([contradictions, decision])));
  const { user } = open();
  await screen.findAllByRole("listitem");
  await user.keyboard("ja");
  expect(screen.queryByRole("button", { name: "Decide it" })).not.toBeInTheDocument();
  await user.keyboard("jr");
  expect(asked).toHaveBeenLastCalledWith(decision.id, "rejected");
  await user.click(screen.getByRole("button", { name: "Decide it" }));
  expect(await screen.findByText("Rejected")).toBeVisible();
  await user.keyboard("kja");
  expect(asked).toHaveBeenLastCalledWith(decision.id, "approved");
});

test("the keys come back to where one was, after something else had the focus", async () => {
  server.use(inboxIs(inboxOf([contradictions, decision])));
  const { user } = open();
  const link = await screen.findByRole("link", { name: "Decide: Create the PRD" });
  await user.keyboard("jj");
  expect(link).toHaveFocus();
  await user.click(screen.getByRole("heading", { name: "Inbox" }));
  expect(link).not.toHaveFocus();
  await user.keyboard("j");
  expect(link).toHaveFocus();
});

test("what a stage asks is answered from the keyboard, a route is chosen the same way", async () => {
  const sent: unknown[] = [];
  server.use(
    inboxIs(inboxOf([question, fork])),
    contract.put("/api/v1/stages/{stage_id}/answer", async ({ request }) => {
      sent.push(await request.json());
      return noContent();
    }),
    contract.put("/api/v1/stages/{stage_id}/route", async ({ request }) => {
      sent.push(await request.json());
      return noContent();
    }),
  );
  const { user } = open();
  const link = await screen.findByRole("link", { name: "Does the condition hold? Analysis" });
  expect(link).toHaveAttribute("href", `/projects/${question.place.project_id}`);
  expect(screen.getByText("documentation inadequate")).toBeVisible();
  await user.keyboard("ja");
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Keep this answer" }));
  expect(dialog.getByText("Pick one of the answers first.")).toBeVisible();
  await user.click(dialog.getByRole("radio", { name: "No, leave it out" }));
  await user.click(dialog.getByRole("button", { name: "Keep this answer" }));
  expect(await screen.findByText("The answer is kept")).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^Answer: Choose how/ }));
  await user.click(await screen.findByRole("radio", { name: "single story" }));
  await user.type(screen.getByRole("textbox", { name: /Note/ }), "Small.");
  await user.click(screen.getByRole("button", { name: "Choose this way" }));
  expect(await screen.findByText("The work goes on with “single story”")).toBeVisible();
  expect(sent).toEqual([
    { holds: false, note: "", replaces: null },
    { route: "single_story", note: "Small.", replaces: null },
  ]);
});

test("conflicts lead to the gate whose text changed, or to the project whose method did", async () => {
  const nothing = { by: null, text: "", approvals_needed: null, approvals_given: null };
  const torn = itemOf({ ...nothing, kind: "conflict", count: 2 });
  const method = itemOf({ ...nothing, id: readerId, kind: "conflict", title: "", gate_id: null });
  server.use(inboxIs(inboxOf([torn, method])));
  open();
  const link = await screen.findByRole("link", {
    name: "2 texts changed since it was submitted: Create the PRD",
  });
  expect(link).toHaveAttribute("href", `/gates/${readerGateId}`);
  expect(screen.getByRole("link", { name: "The method changed in the folder" })).toHaveAttribute(
    "href",
    `/projects/${method.place.project_id}`,
  );
  expect(screen.queryByRole("button", { name: /^Approve/ })).toBeNull();
});

test("snoozing asks for a reason, and can be undone at once", async () => {
  const sent: unknown[] = [];
  let undone = 0;
  server.use(
    inboxIs(inboxOf([decision])),
    contract.put("/api/v1/inbox/{kind}/{item_id}/snooze", async ({ request }) => {
      sent.push(await request.json());
      return noContent();
    }),
    contract.delete("/api/v1/inbox/{kind}/{item_id}/snooze", () => {
      undone += 1;
      return noContent();
    }),
  );
  const { user } = open();
  await screen.findByRole("listitem");
  await user.keyboard("js");
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Snooze" }));
  expect(dialog.getByRole("textbox", { name: /Reason/ })).toHaveAccessibleDescription(
    "Say why it can wait.",
  );
  await user.type(dialog.getByRole("textbox", { name: /Reason/ }), "The client answers then.");
  await user.click(dialog.getByRole("button", { name: "Next Monday" }));
  await user.click(dialog.getByRole("button", { name: "Snooze" }));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(undone).toBe(1));
  expect(sent).toEqual([
    { until: expect.stringMatching(/^20\d\d-/), reason: "The client answers then." },
  ]);
});

test("filters stand in the address, and an empty list says why", async () => {
  const seen: string[] = [];
  server.use(
    contract.get("/api/v1/inbox", ({ request }) => {
      seen.push(new URL(request.url).search);
      const inbox = inboxOf([], { totals: totalsOf({ items: 3, questions: 3, snoozed: 1 }) });
      return HttpResponse.json(inbox);
    }),
  );
  const { user } = open({ at: "/inbox?kind=question" });
  expect(await screen.findByText("Nothing of that kind waits for you")).toBeVisible();
  expect(seen).toEqual(["?kind=question"]);
  await user.click(screen.getByRole("button", { name: "Show everything" }));
  expect(await screen.findByText("Nothing waits for you")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Snoozed (1)" }));
  expect(await screen.findByText("Nothing is snoozed")).toBeVisible();
  expect(window.location.search).toBe("?show=snoozed");
});

test("in French", async () => {
  server.use(inboxIs(inboxOf([decision])));
  open({ language: "fr" });
  expect(
    await screen.findByRole("link", { name: "À décider\u00a0: Create the PRD" }),
  ).toBeVisible();
});
