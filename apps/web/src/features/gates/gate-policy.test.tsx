import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { ada, vera } from "@/mocks/world/people";
import { readerGateId } from "@/mocks/world/portfolio";
import {
  bob,
  decisionOf,
  gateIs,
  gateOf,
  policyOf,
  submissionOf,
  youAt,
} from "@/mocks/world/reader";
import { GateScreen } from "./gate-screen";

const at = `/gates/${readerGateId}`;
const open = (options = {}) => renderScreen(<GateScreen />, { at, ...options });

const approval = decisionOf({
  settles: false,
  decided_by: "Bob Noyce",
  reason: "Clear.",
  file: null,
});
const halfway = submissionOf({ decision: null, decisions: [approval] });

const items = [
  { id: "00000000-0000-4000-8000-0000000f0001", text: "Numbers are in", required: true },
  { id: "00000000-0000-4000-8000-0000000f0002", text: "French is reviewed", required: false },
];

/** Takes decisions and says nothing new of the gate; what was sent is remembered. */
function decisionsAreSent(gate: Schemas["GateOut"]): Schemas["DecisionIn"][] {
  const sent: Schemas["DecisionIn"][] = [];
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/decision", async ({ request }) => {
      sent.push((await request.json()) as Schemas["DecisionIn"]);
      return HttpResponse.json(gate, { status: 201 });
    }),
  );
  return sent;
}

function policiesAreSent(): { body: Schemas["PolicyIn"]; version: string | null }[] {
  const sent: { body: Schemas["PolicyIn"]; version: string | null }[] = [];
  server.use(
    contract.put("/api/v1/gates/{gate_id}/policy", async ({ request }) => {
      sent.push({
        body: (await request.json()) as Schemas["PolicyIn"],
        version: request.headers.get("If-Match"),
      });
      return HttpResponse.json(policyOf({ version: 1 }));
    }),
  );
  return sent;
}

test("the page says who decides, how many have, and by when", async () => {
  const due_at = new Date(Date.now() + 2.5 * 86_400_000).toISOString();
  const deputy = { user: bob, starts_on: "2026-11-01", ends_on: "2026-12-24", is_now: true };
  server.use(
    gateIs(
      gateOf({
        policy: policyOf({
          roles: ["administrator"],
          reviewers: [{ user: { id: ada.id, name: "Grace Hopper" }, deputies: [deputy] }],
          approvals: 2,
          submitter_decides: false,
          reauthentication: true,
          checklist: items,
        }),
        submissions: [{ ...halfway, due_at }],
      }),
    ),
  );
  const { container, user } = open();
  expect(await screen.findByText("Every administrator")).toBeVisible();
  expect(screen.getByText("Grace Hopper")).toBeVisible();
  expect(screen.getByText("(until 2026-12-24 also Bob Noyce)")).toBeVisible();
  expect(screen.getByText("Not whoever submitted")).toBeVisible();
  expect(screen.getByRole("progressbar", { name: "1 of 2 approvals" })).toBeVisible();
  expect(screen.getByText("in 2 days")).toBeVisible();
  await user.click(screen.getByText("A checklist with 2 items"));
  expect(screen.getByRole("list", { name: "Checklist" })).toBeVisible();
  expect(screen.getByText("Asks again who you are")).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("the page says that the rules come from the template, while they do", async () => {
  server.use(gateIs(gateOf({ policy: policyOf({ approvals: 2, is_from_template: true }) })));
  open({ language: "fr" });
  expect(await screen.findByText(/^Comme le propose le modèle du projet/)).toBeVisible();
});

test("an approval that others have to follow is told, and the question stays open", async () => {
  const gate = gateOf({ policy: policyOf({ approvals: 2 }) });
  server.use(gateIs(gate));
  decisionsAreSent({ ...gate, submissions: [halfway] });
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText(/This is approval 1 of 2/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  expect(await screen.findByText(/Your approval counts/)).toBeVisible();
  expect(screen.queryByRole("dialog")).toBeNull();
});

test.each([
  ["not_a_reviewer", /do not let you decide/],
  ["submitter_may_not_decide", /somebody else has to decide/],
  ["already_decided_by_you", /You approved already/],
])("who may not decide is told why: %s", async (why_not, reason) => {
  server.use(gateIs(gateOf({ you: youAt({ may_decide: false, why_not }) })));
  const { user } = open();
  const approve = await screen.findByRole("button", { name: "Approve" });
  expect(approve).toHaveAccessibleDescription(reason);
  await user.keyboard("a");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("where nothing has to be ticked, that is said once and not of each item", async () => {
  const checklist = items.map((item) => ({ ...item, required: false }));
  server.use(gateIs(gateOf({ policy: policyOf({ checklist }) })));
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText("None of these is required to approve.")).toBeVisible();
  expect(dialog.queryByText("(optional)")).toBeNull();
});

test("what is required is ticked to approve; the answers go with the decision", async () => {
  const gate = gateOf({ policy: policyOf({ checklist: items, version: 3 }) });
  server.use(gateIs(gate));
  const sent = decisionsAreSent(gate);
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  expect(dialog.getByRole("alert")).toHaveTextContent("Tick what is required");
  await user.click(dialog.getByRole("checkbox", { name: "Numbers are in" }));
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toMatchObject({
    checklist: [{ item_id: items[0]?.id, answer: true }],
    policy_version: 3,
  });
});

test("a hasty decision gets a nudge and no wall", async () => {
  const id = "00000000-0000-4000-8000-0000000b0099";
  const gate = gateOf({ submissions: [submissionOf({ id })] });
  server.use(gateIs(gate));
  const sent = decisionsAreSent(gate);
  const { user } = open();
  await screen.findByRole("article");
  await user.keyboard("a");
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText("Have you read it all?")).toBeVisible();
  expect(dialog.getByText(/less than a quarter of the reading time/)).toBeVisible();
  expect(dialog.getByText(/Only you see this/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  await waitFor(() => expect(sent).toHaveLength(1));
});

test("where the gate asks who one is, the password comes with the decision", async () => {
  const gate = gateOf({ policy: policyOf({ reauthentication: true }) });
  server.use(
    gateIs(gate),
    contract.put("/api/v1/session/confirmation", () =>
      problem(422, "wrong_password", "Wrong.", { field: "password" }),
    ),
  );
  const sent = decisionsAreSent(gate);
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  const dialog = within(screen.getByRole("dialog"));
  const password = dialog.getByLabelText(/Your password/);
  await user.type(password, "not this one");
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  await waitFor(() => expect(password).toHaveAccessibleDescription(/password/));
  expect(sent).toEqual([]);
  server.use(contract.put("/api/v1/session/confirmation", noContent));
  await user.click(dialog.getByRole("button", { name: "Approve" }));
  await waitFor(() => expect(sent).toHaveLength(1));
});

test("whoever signs in elsewhere is sent there, and comes back to the gate", async () => {
  server.use(
    gateIs(gateOf({ policy: policyOf({ reauthentication: true }) })),
    contract.get("/api/v1/single-sign-on", () =>
      HttpResponse.json({ is_on: true, name: "Example Login" }),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Approve" }));
  const link = await screen.findByRole("link", { name: "Sign in again with Example Login" });
  expect(link).toHaveAttribute("href", expect.stringMatching(/start\?next=.*&again=true$/));
});

test("the rules are edited by keyboard and saved from the version that was read", async () => {
  server.use(gateIs(gateOf({ policy: policyOf({ version: 4 }) })));
  const sent = policiesAreSent();
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit the rules" }));
  const dialog = within(screen.getByRole("dialog", { name: /Who decides at/ }));
  expect(dialog.getByText("Nobody is named: the roles above decide.")).toBeVisible();
  expect(dialog.getByText(/Nothing is asked/)).toBeVisible();
  const approvals = dialog.getByRole("spinbutton", { name: "Approvals" });
  await user.clear(approvals);
  await user.click(dialog.getByRole("button", { name: "Add an item" }));
  await user.keyboard("Numbers are in");
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(approvals).toHaveAccessibleDescription(/from 1 to 20/);
  await user.type(approvals, "2");
  await user.type(dialog.getByRole("spinbutton", { name: "Due after days" }), "5");
  await user.click(dialog.getByRole("checkbox", { name: "Whoever submits may decide" }));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The rules of the gate are saved")).toBeVisible();
  expect(sent).toEqual([
    {
      version: '"4"',
      body: {
        roles: ["administrator", "product_owner"],
        reviewers: [],
        approvals: 2,
        submitter_decides: false,
        checklist: [{ id: null, text: "Numbers are in", required: true }],
        reauthentication: false,
        due_days: 5,
      },
    },
  ]);
});

test("reviewers and their deputies are found by their names, among however many", async () => {
  const grace = { id: "00000000-0000-4000-8000-0000000000aa", name: "Grace Hopper" };
  server.use(
    contract.get("/api/v1/gates/{gate_id}/candidates", ({ request }) => {
      const search = new URL(request.url).searchParams.get("search");
      return HttpResponse.json({ items: search === "Grace Hopper" ? [grace] : [ada, bob] });
    }),
  );
  const sent = policiesAreSent();
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit the rules" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("combobox", { name: "Name a reviewer" }), "Grace Hopper");
  expect(await dialog.findByRole("button", { name: /Grace Hopper/ })).toBeVisible();
  expect(dialog.getByRole("combobox", { name: "Name a reviewer" })).toHaveValue("");
  await user.click(dialog.getByRole("button", { name: "Deputy" }));
  const deputy = dialog.getByRole("combobox", { name: /Grace Hopper/ });
  await user.type(deputy, bob.name);
  expect(await dialog.findByRole("option", { name: bob.name })).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body.reviewers).toMatchObject([
    { user_id: grace.id, deputies: [{ user_id: bob.id }] },
  ]);
});

test("a policy by which nobody decides is not sent", async () => {
  const sent = policiesAreSent();
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit the rules" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("checkbox", { name: "Every administrator" }));
  await user.click(dialog.getByRole("checkbox", { name: /Every product owner/ }));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(dialog.getByRole("alert")).toHaveTextContent("Choose a role or name somebody");
  expect(sent).toEqual([]);
});

test("two who edit the rules compare them, and take back nothing that they did not touch", async () => {
  server.use(
    contract.put("/api/v1/gates/{gate_id}/policy", () => {
      const theirs = policyOf({ version: 1, approvals: 3, due_days: 7, updated_by: bob });
      server.use(gateIs(gateOf({ policy: theirs })));
      return problem(412, "changed_meanwhile", "Changed.");
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit the rules" }));
  const form = within(screen.getByRole("dialog"));
  await user.click(form.getByRole("checkbox", { name: "Ask again who somebody is" }));
  const approvals = form.getByRole("spinbutton", { name: "Approvals" });
  await user.clear(approvals);
  await user.type(approvals, "2");
  await user.click(form.getByRole("button", { name: "Save" }));
  const dialog = within(
    await screen.findByRole("dialog", { name: "Changed by Bob Noyce meanwhile" }),
  );
  const sent = policiesAreSent();
  const contested = within(dialog.getByRole("region", { name: "Approvals" }));
  expect(contested.getByText("Both changed it")).toBeVisible();
  const due = within(dialog.getByRole("region", { name: "Due after days" }));
  expect(due.getByRole("radio", { name: "Bob Noyce" })).toBeChecked();
  await user.click(dialog.getByRole("button", { name: "Save this" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toMatchObject({
    version: '"1"',
    body: { approvals: 2, due_days: 7, reauthentication: true },
  });
});

test("only whom it is given to changes the rules", async () => {
  server.use(gateIs(gateOf({ you: youAt({ may_change_policy: false }) })));
  open({ as: vera });
  expect(await screen.findByRole("heading", { name: "Who decides" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Edit the rules" })).toBeNull();
});

test("how long one looked is shown beside one's own decision", async () => {
  const texts = [{ document_id: bob.id, opened: true, read_to_end: true }];
  const decision = decisionOf({ attention: { seconds: 185, texts } });
  server.use(gateIs(gateOf({ submissions: [submissionOf({ decision })] })));
  open();
  expect(
    await screen.findByText("Only for you: 3 minutes on the page, 1 of 1 texts read to the end."),
  ).toBeVisible();
});

test("the rules speak French", async () => {
  server.use(gateIs(gateOf({ policy: policyOf({ approvals: 2 }), submissions: [halfway] })));
  open({ language: "fr" });
  expect(await screen.findByRole("heading", { name: "Qui décide" })).toBeVisible();
  expect(screen.getByRole("progressbar", { name: "1 approbation sur 2" })).toBeVisible();
});
