import { screen, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { readerGateId } from "@/mocks/world/portfolio";
import {
  decisionOf,
  digest,
  gateIs,
  gateOf,
  prd,
  prdWithText,
  stageOf,
  stalenessIs,
  stalenessOf,
  submissionOf,
} from "@/mocks/world/reader";
import { GateScreen } from "../gate-screen";

const texts = new Map([
  ["1", `# A reader\n\n${"A line.\n".repeat(9)}It reads feeds.\n`],
  ["2", `# A reader\n\n${"A line.\n".repeat(9)}It reads books \u202ealoud.\n`],
]);

const change: Schemas["ChangeOut"] = {
  document_id: prd.id,
  path: prd.path,
  title: prd.title,
  approved_version: 1,
  approved_sha256: digest("01d"),
  current_version: 2,
  current_sha256: prd.sha256,
};

const stale = stalenessOf({
  is_stale: true,
  found_at: "2026-11-21T12:00:00Z",
  digest: digest("d1f"),
  changes: [change],
});

function open(staleness = stale, options = {}, gate: Partial<Schemas["GateOut"]> = {}) {
  server.use(
    gateIs(
      gateOf({
        stage: stageOf({ position: 2, state: "done" }),
        submissions: [submissionOf({ decision: decisionOf() })],
        ...gate,
      }),
    ),
    stalenessIs(staleness),
    contract.get("/api/v1/documents/{document_id}", ({ request }) => {
      const version = new URL(request.url).searchParams.get("version") ?? "2";
      return HttpResponse.json({ ...prdWithText, text: texts.get(version) ?? "" });
    }),
  );
  return renderScreen(<GateScreen />, { at: `/gates/${readerGateId}`, ...options });
}

/** Lets both ways succeed, and remembers what was sent. */
function settlingWorks(): unknown[] {
  const sent: unknown[] = [];
  const settle = async (request: Request) => {
    sent.push(await request.json());
    server.use(stalenessIs(stalenessOf()));
  };
  server.use(
    contract.post("/api/v1/gates/{gate_id}/approval", async ({ request }) => {
      await settle(request);
      return HttpResponse.json(stalenessOf(), { status: 201 });
    }),
    contract.post("/api/v1/gates/{gate_id}/acceptances", async ({ request }) => {
      await settle(request);
      return HttpResponse.json(stalenessOf(), { status: 201 });
    }),
  );
  return sent;
}

test("a stale approval shows only what changed, word by word, with the rest folded", async () => {
  const { container, user } = open();
  expect(
    await screen.findByRole("heading", { name: "Stale: an artefact changed after the approval" }),
  ).toBeVisible();
  const text = within(await screen.findByRole("region", { name: prd.title }));
  expect(text.getByText("2 words changed")).toBeVisible();
  expect(text.getByRole("deletion")).toHaveTextContent("Removed: feeds (end)");
  expect(text.getByRole("insertion")).toHaveTextContent("books ⟨U+202E⟩aloud");
  await user.click(text.getByRole("button", { name: "9 unchanged lines" }));
  expect(text.queryByRole("button")).toBeNull();
  expect(await violations(container)).toEqual([]);
});

test("approving again is one request, bound to the digests that were shown", async () => {
  const sent = settlingWorks();
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve again" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "Fine.");
  await user.dblClick(dialog.getByRole("button", { name: "Approve again" }));
  expect(await screen.findByText("“Create the PRD” is approved as it is now")).toBeVisible();
  expect(sent).toEqual([
    { reason: "Fine.", artefacts: stale.present, checklist: [], policy_version: 0 },
  ]);
  expect(screen.queryByRole("heading", { name: /Stale/ })).toBeNull();
});

test("approving again asks for the checklist of the gate", async () => {
  const sent = settlingWorks();
  const read = { id: "read", text: "Every change was read", required: true };
  const policy = { ...gateOf({}).policy, checklist: [read] };
  const { user } = open(stale, {}, { policy });
  await user.click(await screen.findByRole("button", { name: "Approve again" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Approve again" }));
  expect(dialog.getByRole("alert")).toBeVisible();
  expect(sent).toEqual([]);
  await user.click(dialog.getByRole("checkbox", { name: "Every change was read" }));
  await user.click(dialog.getByRole("button", { name: "Approve again" }));
  expect(await screen.findByText("“Create the PRD” is approved as it is now")).toBeVisible();
  expect(sent).toMatchObject([{ checklist: [{ item_id: "read", answer: true }] }]);
});

test("accepting a change needs a reason; the keys a and i ask", async () => {
  const sent = settlingWorks();
  const { user } = open();
  await screen.findByRole("button", { name: "Approve again" });
  await user.keyboard("i");
  const dialog = within(screen.getByRole("dialog", { name: /Keep the approval/ }));
  await user.click(dialog.getByRole("button", { name: "Accept as irrelevant" }));
  expect(dialog.getByText("Say why the change does not matter.")).toBeVisible();
  await user.type(dialog.getByRole("textbox"), "A typo.");
  await user.click(dialog.getByRole("button", { name: "Accept as irrelevant" }));
  expect(await screen.findByText("The change to “Create the PRD” is accepted")).toBeVisible();
  expect(sent).toEqual([{ digest: stale.digest, reason: "A typo." }]);
});

test("accepting asks who somebody is where the rules ask for it", async () => {
  const sent = settlingWorks();
  server.use(contract.put("/api/v1/session/confirmation", noContent));
  const policy = { ...gateOf({}).policy, reauthentication: true };
  const { user } = open(stale, {}, { policy });
  await user.click(await screen.findByRole("button", { name: "Accept as irrelevant…" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "A typo.");
  await user.type(dialog.getByLabelText(/Your password/), "correct horse battery");
  await user.click(dialog.getByRole("button", { name: "Accept as irrelevant" }));
  expect(await screen.findByText("The change to “Create the PRD” is accepted")).toBeVisible();
  expect(sent).toEqual([{ digest: stale.digest, reason: "A typo." }]);
});

test.each([
  ["en", /several people to approve, so nobody accepts a change alone/],
  ["fr", /l’approbation de plusieurs personnes/],
] as const)("where several have to approve nobody accepts alone, in %s", async (language, why) => {
  const policy = { ...gateOf({}).policy, approvals: 2 };
  const { user } = open(stale, { language }, { policy });
  const accept = await screen.findByRole("button", { name: /…$/ });
  expect(accept).toHaveAccessibleDescription(why);
  await user.keyboard("i");
  expect(screen.queryByRole("dialog")).toBeNull();
  await user.keyboard("a");
  expect(screen.getByRole("dialog")).toBeVisible();
});

test("when the texts changed again, that is said and the folder is scanned", async () => {
  let scans = 0;
  server.use(
    contract.post("/api/v1/gates/{gate_id}/approval", () =>
      problem(409, "changed_since_shown", "Other texts."),
    ),
    contract.post("/api/v1/projects/{project_id}/scans", () => {
      scans++;
      return problem(409, "being_scanned", "Already.");
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve again" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Approve again" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent(/changed again since/);
  expect(scans).toBe(1);
});

test("an accepted change is said with its reason, and nothing is asked", async () => {
  open({
    ...stale,
    is_stale: false,
    acceptance: {
      accepted_by: "Bob Noyce",
      accepted_at: "2026-11-21T13:00:00Z",
      reason: "Only <b>spelling</b>.",
    },
  });
  expect(
    await screen.findByRole("heading", { name: "Bob Noyce accepted this change as irrelevant" }),
  ).toBeVisible();
  expect(screen.getByText("Only <b>spelling</b>.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Approve again" })).toBeNull();
});

test("what vanished is said, and cannot be approved", async () => {
  open({
    ...stale,
    present: [],
    changes: [{ ...change, current_version: null, current_sha256: null }],
  });
  expect(await screen.findByText("gone")).toBeVisible();
  expect(screen.getByRole("button", { name: "Approve again" })).toHaveAccessibleDescription(
    /No artefact is left/,
  );
  expect(screen.getByRole("button", { name: "Accept as irrelevant…" })).toBeEnabled();
});

test("a viewer sees what changed and settles nothing", async () => {
  const { user } = open(stale, { as: vera });
  await screen.findByRole("heading", { name: /Stale/ });
  expect(await screen.findByRole("region", { name: prd.title })).toBeVisible();
  await user.keyboard("ai");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.getByRole("button", { name: "Approve again" })).toHaveAccessibleDescription(
    /Viewers can read/,
  );
});

const renewal = (facts: Partial<Schemas["SubmissionOut"]> = {}) =>
  submissionOf({ id: "00000000-0000-4000-8000-0000000b0009", number: 2, ...facts });
const approved = submissionOf({ decision: decisionOf() });

test("a renewal whose texts changed again is approved anew, or taken back", async () => {
  const torn = renewal({ changed: [prd.path] });
  const { user } = open(stale, {}, { submissions: [torn, approved] });
  expect(await screen.findByRole("button", { name: "Approve again" })).toBeEnabled();
  expect(screen.queryByRole("button", { name: "Submit again" })).toBeNull();
  expect(screen.getByRole("button", { name: "Approve" })).toHaveAttribute("aria-disabled", "true");
  await user.click(screen.getByRole("button", { name: "Withdraw" }));
  expect(screen.getByText(/The stage stays done, and the approval/)).toBeVisible();
});

test("a renewal that waits shows what changed, and is decided in one place", async () => {
  open(stale, {}, { submissions: [renewal(), approved] });
  expect(await screen.findByText(/Below is only what changed since/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Approve" })).toBeEnabled();
  expect(screen.queryByRole("button", { name: "Approve again" })).toBeNull();
});

test("a rejected renewal leaves the approval as it is, stale and to be settled", async () => {
  const rejected = renewal({ decision: decisionOf({ verdict: "rejected", reason: "Too early." }) });
  open(stale, {}, { submissions: [rejected, approved] });
  expect(await screen.findByRole("button", { name: "Approve again" })).toBeEnabled();
  expect(screen.getByRole("heading", { name: "Approved" })).toBeVisible();
  expect(screen.queryByRole("heading", { name: "Rejected" })).toBeNull();
  expect(screen.getByText("Too early.")).toBeVisible();
});

test("rejecting a renewal says what stays", async () => {
  const waiting = renewal();
  const rejected = renewal({ decision: decisionOf({ verdict: "rejected" }) });
  const stage = stageOf({ position: 2, state: "done" });
  const { user } = open(stale, {}, { submissions: [waiting, approved] });
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/decision", () => {
      const decided = gateOf({ stage, submissions: [rejected, approved] });
      server.use(gateIs(decided));
      return HttpResponse.json(decided, { status: 201 });
    }),
  );
  await user.click(await screen.findByRole("button", { name: "Reject" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText(/The stage stays done, and the approval/)).toBeVisible();
  await user.type(dialog.getByRole("textbox"), "Too early.");
  await user.click(dialog.getByRole("button", { name: "Reject" }));
  expect(await screen.findByText(/The new texts are rejected/)).toBeVisible();
  expect(await screen.findByRole("heading", { name: "Approved" })).toBeVisible();
});
