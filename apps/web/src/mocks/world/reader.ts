import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, noContent } from "../contract";
import { ada } from "./people";
import { clientId, readerGateId, readerId, serviceId } from "./portfolio";

type Stage = Schemas["StageOnPage"];
type Artefact = Schemas["SubmittedArtefact"];
type Submission = Schemas["SubmissionOut"];

export const digest = (start: string) => start.padEnd(64, "0");
const stageId = (position: number) =>
  `00000000-0000-4000-8000-0000000a0${String(position).padStart(3, "0")}`;
const documentId = (number: number) =>
  `00000000-0000-4000-8000-0000000d0${String(number).padStart(3, "0")}`;

export const documentOf = (
  facts: Partial<Schemas["DocumentSummary"]> = {},
): Schemas["DocumentSummary"] => ({
  id: documentId(1),
  path: "docs/prd.md",
  title: "Product requirements",
  version: 2,
  sha256: digest("abc123"),
  size_bytes: 2_900,
  changed_at: "2026-11-20T10:00:00Z",
  missing_since: null,
  ...facts,
});

/** Somebody else who may decide. */
export const bob = { id: "00000000-0000-4000-8000-00000000b0b0", name: "Bob Noyce" };

export const prd = documentOf();
export const brief = documentOf({
  id: documentId(2),
  path: "docs/brief.md",
  title: "Project brief",
  version: 1,
  sha256: digest("b41ef0"),
});

/** The newest version of the requirements, with its text. */
export const prdWithText: Schemas["DocumentOut"] = {
  ...prd,
  place: {
    project_id: readerId,
    project: "Lecteur RSS",
    service_id: serviceId,
    service: "Lecture numérique",
    client_id: clientId,
    client: "Maison Lumière",
  },
  versions: [
    { number: 2, sha256: prd.sha256, size_bytes: 2_900, seen_at: "2026-11-20T10:00:00Z" },
    { number: 1, sha256: digest("01d"), size_bytes: 2_100, seen_at: "2026-11-18T10:00:00Z" },
  ],
  shown: { number: 2, sha256: prd.sha256, size_bytes: 2_900, seen_at: "2026-11-20T10:00:00Z" },
  text: "# Product requirements\n\nSee [the brief](brief.md).\n",
  is_whole: true,
  is_utf8: true,
};

export const stageOf = (facts: Partial<Stage> = {}): Stage => ({
  id: stageId(facts.position ?? 1),
  position: 1,
  key: `stage-${facts.position ?? 1}`,
  title: "Create the PRD",
  agent: "pm",
  action: null,
  condition: null,
  optional: false,
  repeats: null,
  notes: null,
  uses: null,
  optional_steps: [],
  routes: null,
  together: null,
  state: "current",
  skip_cause: null,
  retired_at: null,
  dropped_at: null,
  entered_at: null,
  moved_by: null,
  reason: "",
  question: null,
  choices: [],
  rounds: null,
  can_start: false,
  artefacts: [],
  gate: null,
  ...facts,
});

export const gateSummary = (facts: Partial<Schemas["GateSummary"]> = {}) => ({
  id: readerGateId,
  kind: "approval" as const,
  reason: "Later stages build on the PRD.",
  submission_id: null,
  last_verdict: null,
  last_reason: "",
  approvals_given: 0,
  approvals_needed: 1,
  due_at: null,
  is_stale: false,
  ...facts,
});

/** A condition that nobody answered yet. */
export const questionOf = (
  facts: Partial<Schemas["QuestionOut"]> = {},
): Schemas["QuestionOut"] => ({
  condition: "product_has_screens",
  answers: [],
  is_fixed: false,
  ...facts,
});

export const answerOf = (facts: Partial<Schemas["AnswerOut"]> = {}): Schemas["AnswerOut"] => ({
  id: "00000000-0000-4000-8000-0000000a5001",
  holds: true,
  note: "Readers see a list.",
  answered_by: bob.name,
  answered_at: "2026-11-20T10:00:00Z",
  ...facts,
});

const produced: Stage["artefacts"] = [
  { role: "requires", label: "brief.md", optional: false, is_file: true, documents: [brief] },
  { role: "creates", label: "prd.md", optional: false, is_file: true, documents: [prd] },
];

/** Four stages: one approved, one in review, one that may be left out, one without a gate. */
export const readerStages: readonly Stage[] = [
  stageOf({
    position: 1,
    title: "Create the brief",
    agent: "analyst",
    state: "done",
    gate: gateSummary({ id: stageId(901), last_verdict: "approved" }),
  }),
  stageOf({
    position: 2,
    state: "submitted",
    artefacts: produced,
    gate: gateSummary({ submission_id: "00000000-0000-4000-8000-0000000b0001" }),
  }),
  stageOf({
    position: 3,
    title: "Create the front-end spec",
    agent: "ux-expert",
    optional: true,
    state: "upcoming",
  }),
  stageOf({ position: 4, title: "Shard documents", agent: "po", state: "upcoming" }),
];

export const workspaceOfReader: Schemas["WorkspaceOut"] = {
  path: "/srv/projects/lecteur-rss",
  method: "bmad",
  generation: "v4",
  method_version: "4.44.3",
  notices: [
    {
      path: "docs/broken.yaml",
      line: 3,
      code: "broken_yaml",
      text: "A colon is missing.",
      says: [],
    },
  ],
  scanned_at: "2026-11-20T10:00:00Z",
};

export const projectOf = (facts: Partial<Schemas["ProjectPage"]> = {}): Schemas["ProjectPage"] => ({
  id: readerId,
  key: "LECTEUR-RSS",
  name: "Lecteur RSS",
  status: "active",
  status_reason: "",
  service_id: serviceId,
  service: "Lecture numérique",
  client_id: clientId,
  client: "Maison Lumière",
  archived_with: null,
  created_at: "2026-11-01T10:00:00Z",
  version: 1,
  workspace: workspaceOfReader,
  workflow: {
    id: "00000000-0000-4000-8000-0000000c0001",
    template: {
      id: "00000000-0000-4000-8000-0000000c0002",
      method: "bmad",
      generation: "v4",
      key: "greenfield",
      name: "Greenfield",
      description: "From idea to release.",
      kind: null,
      source_path: ".bmad-core/workflows/greenfield.yaml",
      sha256: digest("7e3"),
      flow_diagram: null,
      when_to_use: ["A new product"],
      handoff_prompts: { analyst_to_pm: "Write the PRD." },
    },
    started_at: "2026-11-01T10:00:00Z",
    completed_at: null,
  },
  stages: [...readerStages],
  documents: { items: [brief, prd], total: 2, next: null },
  ...facts,
});

export const submittedPrd: Artefact = {
  document_id: prd.id,
  path: prd.path,
  title: prd.title,
  version: prd.version,
  sha256: prd.sha256,
  size_bytes: prd.size_bytes,
};

export const submittedBrief: Artefact = {
  document_id: brief.id,
  path: brief.path,
  title: brief.title,
  version: brief.version,
  sha256: brief.sha256,
  size_bytes: brief.size_bytes,
};

export const submissionOf = (facts: Partial<Submission> = {}): Submission => ({
  id: "00000000-0000-4000-8000-0000000b0001",
  number: 1,
  note: "Three questions at the end.",
  submitted_by: "Ada Lovelace",
  submitted_at: "2026-11-20T11:00:00Z",
  withdrawn_at: null,
  artefacts: [submittedPrd],
  changed: [],
  decision: null,
  decisions: facts.decision ? [facts.decision] : [],
  due_at: null,
  reminded_at: null,
  ...facts,
});

/** The policy of a gate whose template proposes none. */
export const policyOf = (facts: Partial<Schemas["PolicyOut"]> = {}): Schemas["PolicyOut"] => ({
  roles: ["administrator", "product_owner"],
  reviewers: [],
  approvals: 1,
  submitter_decides: true,
  checklist: [],
  reauthentication: false,
  due_days: null,
  is_proposed: true,
  is_from_template: false,
  version: 0,
  updated_at: null,
  updated_by: null,
  ...facts,
});

export const youAt = (facts: Partial<Schemas["YourPart"]> = {}): Schemas["YourPart"] => ({
  may_decide: true,
  why_not: null,
  in_place_of: null,
  may_change_policy: true,
  is_confirmed: false,
  ...facts,
});

export const decisionOf = (
  facts: Partial<Schemas["DecisionOut"]> = {},
): Schemas["DecisionOut"] => ({
  id: "00000000-0000-4000-8000-0000000e0001",
  verdict: "approved",
  reason: "",
  decided_by: "Ada Lovelace",
  decided_at: "2026-11-20T12:00:00Z",
  settles: true,
  deputy_of: null,
  checklist: [],
  attention: null,
  file: {
    path: ".agentlab/decisions/02-prd-md-1-approved.md",
    written_at: "2026-11-20T12:00:01Z",
    problem: null,
  },
  ...facts,
});

export const gateOf = (facts: Partial<Schemas["GateOut"]> = {}): Schemas["GateOut"] => ({
  id: readerGateId,
  kind: "approval",
  reason: "Later stages build on the PRD.",
  place: prdWithText.place,
  stage: stageOf({ position: 2, state: "submitted", artefacts: produced }),
  policy: policyOf(),
  you: youAt(),
  submissions: [submissionOf()],
  ...facts,
});

/** The gate's one answer to both: how it stands now. */
export const gateIs = (gate: Schemas["GateOut"]) =>
  contract.get("/api/v1/gates/{gate_id}", () => HttpResponse.json(gate));

export const projectIs = (project: Schemas["ProjectPage"]) =>
  contract.get("/api/v1/projects/{project_id}", () => HttpResponse.json(project));

export const stalenessOf = (
  facts: Partial<Schemas["StalenessOut"]> = {},
): Schemas["StalenessOut"] => ({
  is_stale: false,
  decision_id: decisionOf().id,
  approved_by: "Ada Lovelace",
  approved_at: "2026-11-20T12:00:00Z",
  found_at: null,
  digest: "",
  changes: [],
  present: [{ document_id: prd.id, sha256: prd.sha256 }],
  acceptance: null,
  ...facts,
});

export const stalenessIs = (staleness: Schemas["StalenessOut"]) =>
  contract.get("/api/v1/gates/{gate_id}/staleness", () => HttpResponse.json(staleness));

export const commentOf = (facts: Partial<Schemas["CommentOut"]> = {}): Schemas["CommentOut"] => ({
  id: "00000000-0000-4000-8000-0000000f0101",
  text: "Which *one*?",
  by: "Ada Lovelace",
  is_agents: false,
  is_mine: true,
  written_at: "2026-11-20T11:30:00Z",
  edited_at: null,
  editable_until: "2026-11-20T11:45:00Z",
  version: 1,
  ...facts,
});

export const threadOf = (facts: Partial<Schemas["ThreadOut"]> = {}): Schemas["ThreadOut"] => ({
  id: "00000000-0000-4000-8000-0000000f0001",
  document_id: prd.id,
  path: prd.path,
  submission_id: submissionOf().id,
  version: 2,
  first_line: 3,
  last_line: 3,
  quote: "See [the brief](brief.md).",
  opened_by: "Ada Lovelace",
  opened_at: "2026-11-20T11:30:00Z",
  is_resolved: false,
  resolved_by: null,
  resolved_at: null,
  comments: [commentOf()],
  comments_total: 1,
  ...facts,
});

export const threadsAre = (...items: Schemas["ThreadOut"][]) =>
  contract.get("/api/v1/gates/{gate_id}/threads", () => HttpResponse.json({ items, next: null }));

export const readerHandlers = [
  threadsAre(),
  stalenessIs(stalenessOf()),
  projectIs(projectOf()),
  contract.get("/api/v1/projects/{project_id}/documents", ({ request }) => {
    const search = new URL(request.url).searchParams.get("search") ?? "";
    const items = [brief, prd].filter(({ path }) => path.includes(search));
    return HttpResponse.json({ items, total: items.length, next: null });
  }),
  contract.post("/api/v1/projects/{project_id}/scans", () =>
    HttpResponse.json({
      added: 1,
      changed: 2,
      missing: 0,
      returned: 0,
      unchanged: 7,
      notices: [],
    }),
  ),
  contract.get("/api/v1/documents/{document_id}", ({ params, request }) => {
    const version = Number(new URL(request.url).searchParams.get("version") ?? 2);
    const shown = prdWithText.versions.find(({ number }) => number === version);
    const summary = params["document_id"] === brief.id ? brief : prd;
    return HttpResponse.json({ ...prdWithText, ...summary, shown: shown ?? prdWithText.shown });
  }),
  gateIs(gateOf()),
  contract.get("/api/v1/gates/{gate_id}/candidates", () =>
    HttpResponse.json({ items: [{ id: ada.id, name: ada.name }, bob] }),
  ),
  contract.post("/api/v1/submissions/{submission_id}/withdrawal", noContent),
  contract.post("/api/v1/stages/{stage_id}/completion", noContent),
  contract.post("/api/v1/stages/{stage_id}/skip", noContent),
  contract.post("/api/v1/stages/{stage_id}/reopening", noContent),
  contract.post("/api/v1/stages/{stage_id}/start", noContent),
  contract.put("/api/v1/stages/{stage_id}/answer", noContent),
  contract.put("/api/v1/stages/{stage_id}/route", noContent),
];
