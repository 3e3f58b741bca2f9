import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { readerGateId, readerId } from "@/mocks/world/portfolio";
import {
  brief,
  gateSummary,
  prd,
  projectIs,
  projectOf,
  stageOf,
  workspaceOfReader,
} from "@/mocks/world/reader";
import { progressIs, progressOf } from "@/mocks/world/work";
import { ProjectScreen } from "./project-screen";

const at = `/projects/${readerId}`;
const open = (options = {}) => renderScreen(<ProjectScreen />, { at, ...options });
const stepNamed = (name: RegExp) => screen.findByRole("tab", { name });

/** A project whose first stage is current, as `facts` say. */
const withCurrent = (facts: Partial<Schemas["StageOnPage"]>) =>
  server.use(
    projectIs(projectOf({ stages: [stageOf(facts), stageOf({ position: 2, state: "upcoming" })] })),
  );

test("an address with the project's key leads to its page", async () => {
  const { where } = open({ at: "/projects/lecteur-rss?stage=2" });
  expect(await screen.findByRole("heading", { name: /Lecteur RSS/ })).toBeVisible();
  expect(where()).toBe(`${at}?stage=2`);
});

test("a key of no project that one sees is not there", async () => {
  server.use(
    contract.get("/api/v1/projects/by-key/{key}", () =>
      problem(404, "not_found", "There is no such project."),
    ),
  );
  open({ at: "/projects/NOBODY" });
  expect(await screen.findByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("below an archived client the page says so", async () => {
  server.use(projectIs(projectOf({ archived_with: "client" })));
  open();
  expect(await screen.findByText("The client of this project is archived")).toBeVisible();
});

test("the link with the key is copied", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Copy the link" }));
  const link = new URL("/projects/LECTEUR-RSS", window.location.href).href;
  await expect.poll(() => navigator.clipboard.readText()).toBe(link);
});

test("the page opens at the stage where the work is", async () => {
  const { container } = open();
  const step = await stepNamed(/Create the PRD/);
  expect(step).toHaveAttribute("aria-selected", "true");
  expect(step).toHaveAttribute("aria-current", "step");
  const panel = within(screen.getByRole("tabpanel"));
  expect(panel.getByRole("heading", { name: "Create the PRD" })).toBeVisible();
  expect(panel.getByRole("link", { name: prd.title })).toHaveAttribute(
    "href",
    `/documents/${prd.id}`,
  );
  expect(panel.getByRole("link", { name: "Read and decide" })).toHaveAttribute(
    "href",
    `/gates/${readerGateId}`,
  );
  expect(screen.getByText("1 of 4 stages closed")).toBeVisible();
  expect(document.title).toBe("Waiting for decision: Lecteur RSS · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("every stage says its state, its agent and whether it can be left out", async () => {
  open();
  expect(await stepNamed(/Create the brief.*Done.*gate/s)).toBeVisible();
  expect(await stepNamed(/Create the PRD.*In review/s)).toBeVisible();
  expect(await stepNamed(/front-end spec.*ux-expert · optional.*Upcoming/s)).toBeVisible();
});

test("the up and down keys go through the stages", async () => {
  const { user } = open();
  (await stepNamed(/Create the PRD/)).focus();
  await user.keyboard("{ArrowDown}");
  expect(await stepNamed(/front-end spec/)).toHaveAttribute("aria-selected", "true");
  await user.keyboard("{ArrowUp}{ArrowUp}");
  expect(await stepNamed(/Create the brief/)).toHaveAttribute("aria-selected", "true");
});

test("the address says which stage is looked at", async () => {
  open({ at: `${at}?stage=4` });
  expect(await stepNamed(/Shard documents/)).toHaveAttribute("aria-selected", "true");
  expect(screen.getByText(/The current stage is “Create the PRD”/)).toBeVisible();
});

test("a stage without a gate is completed with one click", async () => {
  withCurrent({ title: "Shard documents" });
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Complete" }));
  expect(await screen.findByText("“Shard documents” is completed")).toBeVisible();
});

test("the buttons of a stage are above what comes later, and so stay where they are", async () => {
  const stage = stageOf({ title: "Shard documents" });
  server.use(
    projectIs(projectOf({ stages: [stage] })),
    progressIs(
      progressOf({ evidence: [{ stage_id: stage.id, wanted: 1, there: 1, statuses: [] }] }),
    ),
  );
  open();
  const evidence = await screen.findByText("Recorded and shown");
  const complete = screen.getByRole("button", { name: "Complete" });
  const where = complete.compareDocumentPosition(evidence);
  expect(where).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

test("the second press of a double click does not complete the stage that came next", async () => {
  withCurrent({ title: "Shard documents" });
  let asked = 0;
  server.use(
    contract.post("/api/v1/stages/{stage_id}/completion", () => {
      asked++;
      return noContent();
    }),
  );
  const { user } = open();
  const button = await screen.findByRole("button", { name: "Complete" });
  fireEvent.click(button, { detail: 2 });
  await user.click(button);
  expect(await screen.findByText("“Shard documents” is completed")).toBeVisible();
  expect(asked).toBe(1);
});

test("a refusal is said, and the page shows how it stands now", async () => {
  withCurrent({ title: "Shard documents" });
  server.use(
    contract.post("/api/v1/stages/{stage_id}/completion", () => {
      server.use(projectIs(projectOf()));
      return problem(409, "stage_not_current", "It is done.");
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Complete" }));
  expect(await screen.findByText(/not the current one any more/)).toBeVisible();
  expect(await stepNamed(/Create the PRD/)).toHaveAttribute("aria-selected", "true");
});

test("an optional stage is skipped only with a reason", async () => {
  withCurrent({ title: "Front-end spec", optional: true });
  let said: unknown;
  server.use(
    contract.post("/api/v1/stages/{stage_id}/skip", async ({ request }) => {
      said = await request.json();
      return noContent();
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Skip" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Skip" }));
  expect(dialog.getByRole("textbox", { name: "Reason" })).toHaveAccessibleDescription(
    "Say why, in a sentence.",
  );
  await user.type(dialog.getByRole("textbox", { name: "Reason" }), " No interface. ");
  await user.click(dialog.getByRole("button", { name: "Skip" }));
  expect(await screen.findByText("“Front-end spec” is skipped")).toBeVisible();
  expect(said).toEqual({ reason: " No interface. " });
});

test("what cannot be done says why", async () => {
  withCurrent({ title: "Shard documents" });
  open();
  const skip = await screen.findByRole("button", { name: "Skip" });
  expect(skip).toHaveAttribute("aria-disabled", "true");
  expect(skip).toHaveAccessibleDescription("The template does not let this stage be skipped.");
});

test("an approval is not undone by a click", async () => {
  const { user } = open();
  await user.click(await stepNamed(/Create the brief/));
  expect(screen.getByRole("button", { name: "Reopen" })).toHaveAccessibleDescription(
    "An approval stays. It is not undone by a click.",
  );
});

test("a stage with a gate is submitted with a note", async () => {
  withCurrent({ title: "Create the PRD", gate: projectOf().stages[1]?.gate });
  let said: unknown;
  server.use(
    contract.post("/api/v1/gates/{gate_id}/submissions", async ({ request }) => {
      said = await request.json();
      return problem(409, "nothing_to_review", "No document is there.");
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Submit for review" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByRole("textbox", { name: "Note for the reviewer" })).toHaveFocus();
  await user.keyboard("Please look at part 2");
  await user.click(dialog.getByRole("button", { name: "Submit for review" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent(/None of this stage’s documents/);
  expect(said).toEqual({ note: "Please look at part 2" });
});

test("after a rejection the way leads to its reason, and to submitting again", async () => {
  withCurrent({ gate: gateSummary({ last_verdict: "rejected", last_reason: "No numbers." }) });
  open();
  expect(await screen.findByText("rejected last time")).toBeVisible();
  expect(screen.getByText("No numbers.")).toBeVisible();
  expect(screen.getByRole("link", { name: "Read why" })).toHaveAttribute(
    "href",
    `/gates/${readerGateId}`,
  );
  expect(screen.getByRole("button", { name: "Submit again" })).toBeEnabled();
  expect(document.title).toBe("Lecteur RSS · AgentLab");
});

test("a waiting submission is withdrawn after a question", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Withdraw" }));
  await user.click(
    within(screen.getByRole("alertdialog")).getByRole("button", { name: "Withdraw" }),
  );
  expect(await screen.findByText("The submission is withdrawn")).toBeVisible();
});

test("a scan says what it found", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Scan folder" }));
  expect(await screen.findByText("1 new, 2 changed, 0 missing, 0 back again")).toBeVisible();
});

test("a viewer reads everything and changes nothing", async () => {
  open({ as: vera });
  expect(await screen.findByRole("button", { name: "Scan folder" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  expect(screen.getByRole("button", { name: "Withdraw" })).toHaveAccessibleDescription(
    /Viewers can read/,
  );
});

test("documents are searched as one types", async () => {
  const { user } = open();
  const documents = within(await screen.findByRole("table", { name: "Documents" }));
  expect(documents.getByRole("link", { name: brief.title })).toBeVisible();
  await user.type(screen.getByRole("searchbox"), "prd");
  await waitFor(() => expect(documents.queryByRole("link", { name: brief.title })).toBeNull());
  expect(documents.getByRole("link", { name: prd.title })).toBeVisible();
  await user.type(screen.getByRole("searchbox"), "xyz");
  expect(await screen.findByText("No document matches")).toBeVisible();
});

test("more documents come page by page", async () => {
  server.use(
    projectIs(projectOf({ documents: { items: [brief], total: 2, next: brief.path } })),
    contract.get("/api/v1/projects/{project_id}/documents", ({ request }) => {
      const isNext = new URL(request.url).searchParams.get("after") === brief.path;
      return HttpResponse.json({ items: isNext ? [prd] : [brief], total: 2, next: null });
    }),
  );
  const { user } = open();
  const table = within(await screen.findByRole("table", { name: "Documents" }));
  await user.click(screen.getByRole("button", { name: "Show more (1 of 2)" }));
  expect(await table.findByRole("link", { name: prd.title })).toBeVisible();
});

test("a project without a workflow shows its documents", async () => {
  const workspace = { ...workspaceOfReader, method: null, generation: null, notices: [] };
  server.use(projectIs(projectOf({ workflow: null, stages: [], workspace })));
  open();
  expect(await screen.findByText("Documents only")).toBeVisible();
  expect(screen.queryByRole("tablist")).toBeNull();
  expect(screen.getByRole("link", { name: prd.title })).toBeVisible();
});

const withoutFolder = projectOf({ workspace: null, workflow: null, stages: [] });

test("a project without a folder invites to choose one", async () => {
  server.use(projectIs(withoutFolder));
  const { container } = open();
  expect(await screen.findByText("This project has no folder yet")).toBeVisible();
  expect(screen.getByRole("link", { name: "Choose a folder" })).toHaveAttribute(
    "href",
    `/import?project=${readerId}`,
  );
  expect(screen.queryByRole("table", { name: "Documents" })).toBeNull();
  expect(screen.queryByText("Documents only")).toBeNull();
  expect(await violations(container)).toEqual([]);
});

test("a viewer reads why they cannot choose its folder", async () => {
  server.use(projectIs(withoutFolder));
  open({ as: vera });
  const choose = await screen.findByRole("button", { name: "Choose a folder" });
  expect(choose).toHaveAccessibleDescription(/Viewers can read/);
});

test("a completed workflow says so", async () => {
  const { workflow } = projectOf();
  server.use(
    projectIs(
      projectOf({
        workflow: workflow && { ...workflow, completed_at: "2026-11-22T10:00:00Z" },
        stages: [stageOf({ state: "done" })],
      }),
    ),
  );
  open();
  expect(await screen.findByText("All stages are closed")).toBeVisible();
});

test("a project that does not exist says so", async () => {
  // React reports what a boundary caught.
  vi.spyOn(console, "error").mockImplementation(() => {});
  server.use(
    contract.get("/api/v1/projects/{project_id}", () => problem(404, "not_found", "No project.")),
  );
  open();
  expect(await screen.findByRole("alert")).toHaveTextContent("There is nothing here");
  expect(document.title).toBe("There is nothing here · AgentLab");
});

test("the page speaks French", async () => {
  open({ language: "fr" });
  expect(await screen.findByText("1 sur 4 étapes closes")).toBeVisible();
  expect(screen.getByRole("link", { name: "Lire et décider" })).toBeVisible();
});
