import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { LiveUpdates } from "@/components/live-updates";
import { switchShortcuts } from "@/lib/use-shortcuts";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { FakeEventSource } from "@/mocks/event-source";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { readerGateId, readerId } from "@/mocks/world/portfolio";
import {
  decisionOf,
  gateIs,
  gateOf,
  prd,
  stageOf,
  submissionOf,
  submittedBrief,
  submittedPrd,
} from "@/mocks/world/reader";
import { GateScreen } from "./gate-screen";

const at = `/gates/${readerGateId}`;
const open = (options = {}) => renderScreen(<GateScreen />, { at, ...options });

/** Lets decisions succeed and remembers what was sent; the gate then stands as decided. */
function decisionsAreTaken(facts: Partial<Schemas["DecisionOut"]> = {}): unknown[] {
  const sent: unknown[] = [];
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/decision", async ({ request }) => {
      const body = (await request.json()) as Schemas["DecisionIn"];
      sent.push(body);
      const isApproved = body.verdict === "approved";
      const decided = gateOf({
        stage: stageOf({ position: 2, state: isApproved ? "done" : "current" }),
        submissions: [
          submissionOf({
            decision: decisionOf({ verdict: body.verdict, reason: body.reason, ...facts }),
          }),
        ],
      });
      server.use(gateIs(decided));
      return HttpResponse.json(decided, { status: 201 });
    }),
  );
  return sent;
}

const shown = [{ document_id: prd.id, sha256: prd.sha256 }];

test("the gate shows what is decided, by whom it was submitted, and the text itself", async () => {
  const { container } = open();
  expect(await screen.findByText("Later stages build on the PRD.")).toBeVisible();
  expect(screen.getAllByText(/Submission 1 by Ada Lovelace/)[0]).toBeVisible();
  expect(screen.getAllByText("Three questions at the end.")[0]).toBeVisible();
  const text = await screen.findByRole("article", { name: prd.title });
  expect(within(text).getByRole("heading", { name: "Product requirements" })).toBeVisible();
  expect(screen.getByText("about 2 minutes")).toBeVisible();
  expect(document.title).toBe("Decide: Create the PRD · Lecteur RSS · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("exactly the submitted version is asked for", async () => {
  server.use(
    gateIs(
      gateOf({ submissions: [submissionOf({ artefacts: [{ ...submittedPrd, version: 1 }] })] }),
    ),
  );
  let asked: string | null = null;
  server.events.on("request:start", ({ request }) => {
    const url = new URL(request.url);
    if (url.pathname.includes("/documents/")) asked = url.searchParams.get("version");
  });
  open();
  await screen.findByRole("article", { name: prd.title });
  expect(asked).toBe("1");
});

test("an approval is confirmed, bound to the digests that are shown, and says what comes next", async () => {
  const sent = decisionsAreTaken();
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText(prd.sha256.slice(0, 12))).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  const outcome = await screen.findByRole("heading", { name: "Approved" });
  expect(outcome).toHaveFocus();
  expect(sent).toEqual([
    expect.objectContaining({
      verdict: "approved",
      reason: "",
      artefacts: shown,
      policy_version: 0,
      attention: expect.objectContaining({
        texts: [{ document_id: prd.id, opened: true, read_to_end: false }],
      }),
    }),
  ]);
  expect(await screen.findByText(/The next stage is “Create the front-end spec”/)).toBeVisible();
  expect(screen.getByText(".agentlab/decisions/02-prd-md-1-approved.md")).toBeVisible();
  expect(screen.getByRole("link", { name: "Go to the project" })).toHaveAttribute(
    "href",
    `/projects/${readerId}`,
  );
  expect(screen.getAllByRole("link", { name: "Export the proof" })[0]).toHaveAttribute(
    "href",
    `/api/v1/decisions/${decisionOf().id}/proof`,
  );
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a rejection needs a reason", async () => {
  const sent = decisionsAreTaken();
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Reject" }));
  const dialog = within(screen.getByRole("dialog"));
  const reason = dialog.getByRole("textbox", { name: "What has to change" });
  expect(reason).toHaveFocus();
  await user.click(dialog.getByRole("button", { name: "Reject" }));
  expect(reason).toHaveAccessibleDescription(/Say what has to change/);
  expect(sent).toEqual([]);
  await user.type(reason, "FR2 is vague.");
  await user.click(dialog.getByRole("button", { name: "Reject" }));
  expect(await screen.findByRole("heading", { name: "Rejected" })).toBeVisible();
  expect(sent).toMatchObject([{ verdict: "rejected", reason: "FR2 is vague.", artefacts: shown }]);
  expect(screen.getByRole("button", { name: "Submit again" })).toBeVisible();
});

test("an approval that ends a loop whose rounds are open says so, and takes a reason", async () => {
  const rounds = { kind: "story", done: 3, total: 5, ends_here: true, items: [] };
  server.use(gateIs(gateOf({ stage: stageOf({ position: 2, state: "submitted", rounds }) })));
  const sent = decisionsAreTaken();
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText(/rounds of this stage are still open: 2 of 5/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  const reason = dialog.getByRole("textbox", { name: "Why the work goes on all the same" });
  expect(reason).toHaveAccessibleDescription(/Say why the work goes on/);
  expect(sent).toEqual([]);
  await user.type(reason, "The other two moved to the next release.");
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  expect(await screen.findByRole("heading", { name: "Approved" })).toBeVisible();
  expect(sent).toMatchObject([{ reason: "The other two moved to the next release." }]);
});

test("two quick clicks decide once", async () => {
  const sent = decisionsAreTaken();
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  await user.dblClick(within(screen.getByRole("dialog")).getByRole("button", { name: "Approve" }));
  await screen.findByRole("heading", { name: "Approved" });
  expect(sent).toHaveLength(1);
});

test("when a text has changed meanwhile, the refusal is said and the page shows how it stands", async () => {
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/decision", () => {
      const stale = submissionOf({ changed: ["docs/prd.md"] });
      server.use(gateIs(gateOf({ submissions: [stale] })));
      return problem(409, "submission_stale", "docs/prd.md changed.");
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Approve" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(/changed after the submission/);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.getByText("A text has changed since the submission")).toBeVisible();
  expect(screen.getByText(/Changed: docs\/prd\.md/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Submit again" })).toBeEnabled();
  expect(screen.getByRole("button", { name: "Approve" })).toHaveAttribute("aria-disabled", "true");
});

test("a change that only the API has seen is submitted again from the refusal itself", async () => {
  const again = gateOf({
    submissions: [submissionOf({ id: "00000000-0000-4000-8000-0000000b0002" })],
  });
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/decision", () =>
      problem(409, "submission_stale", "docs/prd.md changed."),
    ),
    contract.post("/api/v1/gates/{gate_id}/submissions", () => {
      server.use(gateIs(again));
      return HttpResponse.json(again, { status: 201 });
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Approve" }));
  await user.click(await screen.findByRole("button", { name: "Submit again" }));
  await user.click(
    within(screen.getByRole("dialog")).getByRole("button", { name: "Submit for review" }),
  );
  expect(await screen.findByText("“Create the PRD” is submitted")).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});

test("when somebody was faster, the refusal is said beside their decision", async () => {
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/decision", () => {
      const decision = decisionOf({ decided_by: "Grace Hopper" });
      server.use(gateIs(gateOf({ submissions: [submissionOf({ decision })] })));
      return problem(409, "submission_already_decided", "Too late.");
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Approve" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(/Somebody decided/);
  expect((await screen.findAllByText(/By Grace Hopper/))[0]).toBeVisible();
});

test("when the connection fails, the dialog stays with what was written", async () => {
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/decision", () => HttpResponse.error()),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Reject" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "Too vague.");
  await user.click(dialog.getByRole("button", { name: "Reject" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent(/connection failed/);
  expect(dialog.getByRole("textbox")).toHaveValue("Too vague.");
});

test("the file is waited for until it is written", async () => {
  const file = { path: ".agentlab/decisions/02.md", written_at: null, problem: null };
  server.use(gateIs(gateOf({ submissions: [submissionOf({ decision: decisionOf({ file }) })] })));
  const screenAndUpdates = (
    <LiveUpdates>
      <GateScreen />
    </LiveUpdates>
  );
  renderScreen(screenAndUpdates, { at });
  expect(await screen.findByText("Being written into the project’s folder:")).toBeVisible();
  server.use(gateIs(gateOf({ submissions: [submissionOf({ decision: decisionOf() })] })));
  FakeEventSource.current.say("change", { noun: "gate", id: readerGateId, project_id: readerId });
  expect(await screen.findByText("Written into the project’s folder:")).toBeVisible();
});

test("a file that could not be written is said, and that the decision counts", async () => {
  const file = { path: "x.md", written_at: null, problem: "The folder is read-only." };
  server.use(gateIs(gateOf({ submissions: [submissionOf({ decision: decisionOf({ file }) })] })));
  open();
  expect(await screen.findByText(/The decision counts/)).toBeVisible();
  expect(screen.getByText("The folder is read-only.")).toBeVisible();
});

test("the keys a and r ask, j and k go through the texts, and none does while one types", async () => {
  server.use(
    gateIs(gateOf({ submissions: [submissionOf({ artefacts: [submittedBrief, submittedPrd] })] })),
  );
  const { user } = open();
  const first = await screen.findByRole("tab", { name: /Project brief/ });
  await screen.findByRole("article", { name: "Project brief" });
  await user.keyboard("j");
  const second = screen.getByRole("tab", { name: /Product requirements/ });
  expect(second).toHaveAttribute("aria-selected", "true");
  await screen.findByRole("article", { name: "Product requirements" });
  await user.keyboard("k");
  expect(first).toHaveAttribute("aria-selected", "true");
  await user.keyboard("r");
  const reason = screen.getByRole("textbox", { name: "What has to change" });
  await user.keyboard("ajar");
  expect(reason).toHaveValue("ajar");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("a");
  expect(screen.getByRole("dialog", { name: /Approve/ })).toBeVisible();
});

test("with shortcuts switched off, no single key does anything and none is hinted at", async () => {
  const { user } = open();
  const approve = await screen.findByRole("button", { name: "Approve" });
  expect(approve).toHaveAttribute("aria-keyshortcuts", "a");
  act(() => switchShortcuts(false));
  await user.keyboard("ar");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(approve).not.toHaveAttribute("aria-keyshortcuts");
  expect(screen.queryByText("a", { selector: "kbd" })).toBeNull();
});

test("a dialog that is closed gives the focus back to its button", async () => {
  const { user } = open();
  const reject = await screen.findByRole("button", { name: "Reject" });
  await user.click(reject);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(reject).toHaveFocus());
});

test("the dialog says which texts were not opened", async () => {
  const id = "00000000-0000-4000-8000-0000000b0077";
  server.use(
    gateIs(
      gateOf({ submissions: [submissionOf({ id, artefacts: [submittedPrd, submittedBrief] })] }),
    ),
  );
  const { user } = open();
  await screen.findByRole("article", { name: prd.title });
  expect(screen.getByRole("tab", { name: /Project brief.*Not opened yet/s })).toBeVisible();
  await user.keyboard("a");
  expect(screen.getByText("1 of 2 texts was not opened on this page.")).toBeVisible();
});

test("a gate without a submission says how one comes", async () => {
  server.use(gateIs(gateOf({ stage: stageOf({ position: 2 }), submissions: [] })));
  open();
  expect(await screen.findByText("Nothing is submitted yet")).toBeVisible();
  expect(screen.getByRole("button", { name: "Submit for review" })).toBeEnabled();
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  expect(document.title).toBe("Gate: Create the PRD · Lecteur RSS · AgentLab");
});

test("a renewal that was withdrawn does not hide the approval that stands", async () => {
  const withdrawn = submissionOf({
    id: "00000000-0000-4000-8000-0000000b0009",
    number: 2,
    withdrawn_at: "2026-11-25T10:00:00Z",
  });
  const approved = submissionOf({ decision: decisionOf() });
  server.use(
    gateIs(
      gateOf({
        stage: stageOf({ position: 2, state: "done" }),
        submissions: [withdrawn, approved],
      }),
    ),
  );
  open();
  expect(await screen.findByRole("heading", { name: "Approved" })).toBeVisible();
  expect(await screen.findByRole("article", { name: prd.title })).toBeVisible();
});

test("a choice is written down with its reason, without any text", async () => {
  const sent = decisionsAreTaken();
  server.use(
    gateIs(
      gateOf({
        kind: "choice",
        stage: stageOf({
          position: 2,
          state: "submitted",
          routes: { single_story: "Write one story", full_epic: "Plan an epic" },
        }),
        submissions: [submissionOf({ artefacts: [] })],
      }),
    ),
  );
  const { user } = open();
  expect(await screen.findByText("single story")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Record the choice" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Record the choice" }));
  expect(dialog.getByText("Say which way the work goes.")).toBeVisible();
  await user.type(dialog.getByRole("textbox"), "A single story.");
  await user.click(dialog.getByRole("button", { name: "Record the choice" }));
  await screen.findByRole("heading", { name: "Approved" });
  expect(sent).toMatchObject([{ verdict: "approved", reason: "A single story.", artefacts: [] }]);
});

test("a viewer sees everything and cannot decide", async () => {
  const { user } = open({ as: vera });
  expect(await screen.findByRole("article", { name: prd.title })).toBeVisible();
  const approve = screen.getByRole("button", { name: "Approve" });
  expect(approve).toHaveAccessibleDescription(/Viewers can read/);
  await user.click(approve);
  await user.keyboard("a");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("what was submitted and decided before stays below, newest first", async () => {
  const rejected = submissionOf({
    id: "00000000-0000-4000-8000-0000000b0009",
    note: "First try.",
    decision: decisionOf({ verdict: "rejected", reason: "FR2 is vague." }),
  });
  server.use(gateIs(gateOf({ submissions: [submissionOf({ number: 2 }), rejected] })));
  open();
  const history = within(await screen.findByRole("region", { name: "History" }));
  const [newest, oldest] = history
    .getAllByRole("listitem")
    .filter((item) => item.parentElement?.tagName === "OL");
  expect(newest).toHaveTextContent("Waits for a decision");
  expect(oldest).toHaveTextContent("Rejected");
  expect(oldest).toHaveTextContent("FR2 is vague.");
});
