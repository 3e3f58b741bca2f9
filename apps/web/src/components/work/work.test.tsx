import { screen, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { readerId } from "@/mocks/world/portfolio";
import {
  contradictionOf,
  contradictionsAre,
  correctionOf,
  correctionsAre,
  epic,
  progressIs,
  progressOf,
  statementOf,
  story,
  workIs,
} from "@/mocks/world/work";
import { ContradictionsCard } from "./contradictions-card";
import { WorkCard } from "./work-card";

const progress = progressOf({
  counts: [
    { kind: "epic", status: "in_progress", count: 1 },
    { kind: "story", status: "in_progress", count: 1 },
    { kind: "story", status: "done", count: 2 },
  ],
  contradictions: 1,
});

beforeEach(() => {
  server.use(progressIs(progress), contradictionsAre([contradictionOf()]), workIs([epic, story]));
});

const open = (options = {}) =>
  renderScreen(
    <>
      <ContradictionsCard projectId={readerId} />
      <WorkCard projectId={readerId} />
    </>,
    { at: `/projects/${readerId}`, ...options },
  );

test("the work says how far the stories are, and its epics how far theirs", async () => {
  const { container } = open();
  expect(await screen.findByText("2 of 3 stories done")).toBeVisible();
  const work = within(await screen.findByRole("list", { name: "Work" }));
  expect(await work.findByText("People")).toBeVisible();
  expect(work.getByRole("img", { name: "2 Done, 1 In progress" })).toBeVisible();
  expect(work.queryByText("Sign in")).toBeNull();
  expect(await violations(container)).toEqual([]);
});

test("an epic opens to its stories, each with the word of every ledger", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Show the parts of People" }));
  const parts = within(await screen.findByRole("list", { name: "Parts of epic-1" }));
  expect(parts.getByText("Sign in")).toBeVisible();
  expect(parts.getByText("in-progress")).toBeVisible();
  expect(parts.getByText("review")).toBeVisible();
  expect(parts.getByText("Ledgers disagree")).toBeVisible();
});

test("a planning document speaks of itself", async () => {
  const said = statementOf({ ledger: "spec", raw: "draft", path: "docs/prd.md" });
  server.use(
    workIs([{ ...story, kind: "document", key: "prd", parent: null, statements: [said] }]),
  );
  open();
  const work = within(await screen.findByRole("list", { name: "Work" }));
  expect(await work.findByText("draft")).toBeVisible();
  expect(work.getByText("Document")).toBeVisible();
  expect(work.queryByText("Spec")).toBeNull();
});

test("what is searched stands in one list", async () => {
  const { user } = open();
  await user.type(await screen.findByRole("searchbox"), "sign");
  const work = within(screen.getByRole("list", { name: "Work" }));
  expect(await work.findByText("Sign in")).toBeVisible();
  await user.clear(screen.getByRole("searchbox"));
  await user.type(screen.getByRole("searchbox"), "nothing like it");
  expect(await screen.findByText("Nothing matches")).toBeVisible();
});

test("a project whose files name no work says what would", async () => {
  server.use(progressIs(progressOf()), contradictionsAre([]));
  open();
  expect(await screen.findByText("No work is recorded yet")).toBeVisible();
  expect(screen.queryByText("Contradictions")).toBeNull();
});

test("stages that the files belie are named", async () => {
  const stage = { stage_id: story.id, title: "Architecture", state: "upcoming" as const };
  const finding = { finding: "artefact_there" as const, names: ["architecture.md"] };
  server.use(progressIs({ ...progress, stages: [{ ...stage, ...finding, open: 0, total: 0 }] }));
  open();
  expect(
    await screen.findByText(
      "“Architecture” is recorded as Upcoming, but architecture.md is there already.",
    ),
  ).toBeVisible();
});

test("a sprint status that nobody wrote for days is told beside it", async () => {
  const sprint = { sprint_updated_on: "2026-11-12", is_sprint_stale: true };
  server.use(progressIs({ ...progress, ...sprint }));
  open();
  expect(await screen.findByText(/last updated on 12 Nov 2026/)).toBeVisible();
});

test("a contradiction shows its evidence side by side, and one click settles it", async () => {
  const sent: unknown[] = [];
  server.use(
    contract.post("/api/v1/projects/{project_id}/corrections", async ({ request }) => {
      sent.push(await request.json());
      server.use(contradictionsAre([]), correctionsAre([correctionOf()]));
      return HttpResponse.json(correctionOf(), { status: 201 });
    }),
  );
  const { user } = open();
  const row = within(await screen.findByRole("listitem", { name: /Sign in/ }));
  expect(row.getByText("Status: review")).toBeVisible();
  expect(row.getByText(/1-2-sign-in: in-progress/)).toBeVisible();
  expect(row.getByText(/a status is never lowered/)).toBeVisible();
  await user.click(row.getByRole("button", { name: "Apply the correction of 1-2-sign-in" }));
  expect(await screen.findByText("1-2-sign-in is now “review”")).toBeVisible();
  expect(await screen.findByText("The ledgers agree")).toBeVisible();
  const { id, proposal } = contradictionOf();
  expect(sent).toEqual([{ contradiction_id: id, sha256: proposal?.sha256 }]);
});

test("a correction can be taken back", async () => {
  server.use(
    correctionsAre([correctionOf()]),
    contract.post("/api/v1/corrections/{correction_id}/undoing", () =>
      HttpResponse.json(
        correctionOf({ undone_by: "Ada Lovelace", undone_at: "2026-11-27T11:00:00Z" }),
      ),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByText("1 correction"));
  await user.click(
    await screen.findByRole("button", { name: "Undo the correction of 1-2-sign-in" }),
  );
  expect(await screen.findByText("1-2-sign-in is “in-progress” again")).toBeVisible();
});

test("when the file was changed meanwhile, that is said", async () => {
  server.use(
    contract.post("/api/v1/projects/{project_id}/corrections", () =>
      problem(409, "changed_meanwhile", "It is another file."),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: /Apply the correction/ }));
  expect(await screen.findByText(/changed it meanwhile, so nothing was saved/)).toBeVisible();
});

test("what only people can know has no button", async () => {
  server.use(contradictionsAre([contradictionOf({ kind: "spec_not_approved", proposal: null })]));
  open();
  expect(await screen.findByText(/Only people can know/)).toBeVisible();
  expect(screen.queryByRole("button", { name: /Apply/ })).toBeNull();
});

test("a viewer is told why not", async () => {
  open({ as: vera });
  expect(
    await screen.findByRole("button", { name: /Apply the correction/ }),
  ).toHaveAccessibleDescription(/Viewers can read/);
});

test("keys go through the contradictions and apply the one in focus", async () => {
  const sent: string[] = [];
  server.use(
    contradictionsAre([
      contradictionOf(),
      contradictionOf({ id: epic.id, item_key: "epic-1", item_title: "People" }),
    ]),
    contract.post("/api/v1/projects/{project_id}/corrections", async ({ request }) => {
      const body = (await request.json()) as { contradiction_id: string };
      sent.push(body.contradiction_id);
      return HttpResponse.json(correctionOf(), { status: 201 });
    }),
  );
  const { user } = open();
  await screen.findByRole("listitem", { name: /Sign in/ });
  await user.keyboard("j");
  expect(screen.getByRole("listitem", { name: /Sign in/ })).toHaveFocus();
  await user.keyboard("ja");
  expect(await screen.findByText(/is now “review”/)).toBeVisible();
  expect(sent).toEqual([epic.id]);
});
