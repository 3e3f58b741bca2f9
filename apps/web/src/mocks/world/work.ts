import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract } from "../contract";
import { digest } from "./reader";

const id = (number: number) =>
  `00000000-0000-4000-8000-0000000e0${String(number).padStart(3, "0")}`;
const SPRINT = "_bmad-output/implementation-artifacts/sprint-status.yaml";

export const statementOf = (
  facts: Partial<Schemas["StatementOut"]> = {},
): Schemas["StatementOut"] => ({
  ledger: "sprint_status",
  raw: "in-progress",
  status: "in_progress",
  path: SPRINT,
  line: 14,
  text: "  1-2-sign-in: in-progress   # Bob is on it",
  sha256: digest("5"),
  ...facts,
});

export const storyStatement = statementOf({
  ledger: "story_file",
  raw: "review",
  status: "review",
  path: "_bmad-output/implementation-artifacts/1-2-sign-in.md",
  line: 3,
  text: "Status: review",
});

export const epic: Schemas["WorkItemOut"] = {
  id: id(1),
  kind: "epic",
  key: "epic-1",
  title: "People",
  parent: null,
  status: "in_progress",
  is_disputed: false,
  statements: [statementOf({ text: "  epic-1: in-progress", line: 12 })],
  parts: [
    { status: "in_progress", count: 1 },
    { status: "done", count: 2 },
  ],
};

export const story: Schemas["WorkItemOut"] = {
  ...epic,
  id: id(2),
  kind: "story",
  key: "1-2-sign-in",
  title: "Sign in",
  parent: "epic-1",
  is_disputed: true,
  statements: [statementOf(), storyStatement],
  parts: [],
};

export const contradictionOf = (
  facts: Partial<Schemas["ContradictionOut"]> = {},
): Schemas["ContradictionOut"] => ({
  id: id(3),
  kind: "sprint_behind_story",
  item_id: story.id,
  item_kind: "story",
  item_key: story.key,
  item_title: story.title,
  is_expected: false,
  reason: "The story's file is further than the sprint status, and a status is never lowered.",
  evidence: [statementOf(), storyStatement],
  proposal: {
    ledger: "sprint_status",
    path: SPRINT,
    line: 14,
    key: story.key,
    before: "in-progress",
    after: "review",
    sha256: digest("5"),
  },
  ...facts,
});

export const correctionOf = (
  facts: Partial<Schemas["CorrectionOut"]> = {},
): Schemas["CorrectionOut"] => ({
  id: id(4),
  kind: "sprint_behind_story",
  item_kind: "story",
  item_key: story.key,
  ledger: "sprint_status",
  path: SPRINT,
  line: 14,
  word_before: "in-progress",
  word_after: "review",
  sha256_before: digest("5"),
  sha256_after: digest("6"),
  applied_by: "Ada Lovelace",
  applied_at: "2026-11-27T10:00:00Z",
  undone_by: null,
  undone_at: null,
  ...facts,
});

export const progressOf = (
  facts: Partial<Schemas["ProgressOut"]> = {},
): Schemas["ProgressOut"] => ({
  read_at: "2026-11-27T10:00:00Z",
  sprint_updated_on: null,
  is_sprint_stale: false,
  counts: [],
  contradictions: 0,
  expected: 0,
  stages: [],
  evidence: [],
  notices: [],
  ...facts,
});

const work = "/api/v1/projects/{project_id}";

export const progressIs = (progress: Schemas["ProgressOut"]) =>
  contract.get(`${work}/progress`, () => HttpResponse.json(progress));

export const contradictionsAre = (items: Schemas["ContradictionOut"][]) =>
  contract.get(`${work}/contradictions`, () => HttpResponse.json({ items, next: null }));

export const correctionsAre = (items: Schemas["CorrectionOut"][]) =>
  contract.get(`${work}/corrections`, () => HttpResponse.json({ items, next: null }));

/** Items as the API filters them. */
export const workIs = (items: Schemas["WorkItemOut"][]) =>
  contract.get(`${work}/work-items`, ({ request }) => {
    const asked = new URL(request.url).searchParams;
    const search = asked.get("search")?.toLowerCase();
    const parent = asked.get("parent");
    const status = asked.get("status");
    const isWanted = (item: Schemas["WorkItemOut"]) =>
      (!search || `${item.key} ${item.title}`.toLowerCase().includes(search)) &&
      (!status || item.status === status) &&
      (parent === null || item.parent === parent) &&
      (asked.get("outermost") !== "true" || item.parent === null);
    return HttpResponse.json({ items: items.filter(isWanted), next: null });
  });

/** No ledgers at all, as in most tests. */
export const workHandlers = [
  progressIs(progressOf()),
  contradictionsAre([]),
  correctionsAre([]),
  workIs([]),
];
