import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, noContent } from "../contract";
import { rulesOf } from "./imports";
import { readerId } from "./portfolio";

const digest = (start: string) => start.padEnd(64, "0");
export const templateId = "00000000-0000-4000-8000-0000000000d1";
const olderId = "00000000-0000-4000-8000-0000000000d0";

export const templateRowOf = (
  facts: Partial<Schemas["TemplateRow"]> = {},
): Schemas["TemplateRow"] => ({
  id: templateId,
  method: "bmad",
  generation: "v4",
  key: "short",
  name: "A short workflow",
  description: "From a brief to a plan.",
  kind: null,
  source_path: ".bmad-core/workflows/short.yaml",
  imported_at: "2026-11-20T10:00:00Z",
  archived_at: null,
  is_own: false,
  versions_total: 2,
  projects_total: 1,
  ...facts,
});

const versionOf = (id: string, number: number): Schemas["TemplateVersion"] => ({
  id,
  number,
  sha256: digest(`a${number}`),
  source_path: ".bmad-core/workflows/short.yaml",
  imported_at: "2026-11-20T10:00:00Z",
  archived_at: null,
  projects_total: number - 1,
});

export const templateOf = (
  facts: Partial<Schemas["TemplatePage"]> = {},
): Schemas["TemplatePage"] => ({
  id: templateId,
  method: "bmad",
  generation: "v4",
  key: "short",
  name: "A short workflow",
  description: "From a brief to a plan.",
  kind: null,
  source_path: ".bmad-core/workflows/short.yaml",
  sha256: digest("a2"),
  flow_diagram: null,
  when_to_use: [],
  handoff_prompts: {},
  project_types: [],
  imported_at: "2026-11-20T10:00:00Z",
  archived_at: null,
  is_own: false,
  stages: [
    {
      position: 1,
      key: "prd.md",
      title: "Create the PRD",
      agent: "pm",
      action: null,
      condition: null,
      optional: false,
      repeats: null,
      notes: "Write down what is needed.",
      uses: null,
      optional_steps: [],
      artefacts: [
        {
          role: "creates",
          label: "prd.md",
          optional: false,
          every: false,
          patterns: ["docs/prd.md"],
        },
      ],
      gate: {
        kind: "approval",
        reason: "Later stages build on the PRD",
        rules: rulesOf({
          roles: ["administrator"],
          submitter_decides: false,
          reauthentication: true,
          checklist: [{ text: "The numbers are in", required: true }],
        }),
      },
    },
  ],
  notices: [
    {
      path: ".bmad-core/workflows/short.yaml",
      line: 7,
      code: "unknown_key",
      text: ".bmad-core/workflows/short.yaml, line 7: `colour` has no meaning in BMAD v4; it is kept as it is.",
      says: [{ name: "unknown_key_v4", values: { key: "colour" } }],
    },
  ],
  notices_total: 1,
  versions: [versionOf(olderId, 1), versionOf(templateId, 2)],
  uses: [
    {
      project_id: readerId,
      key: "READER",
      name: "Lecteur RSS",
      client: "Maison Lumière",
      template_id: templateId,
      version: 2,
    },
  ],
  ...facts,
});

export const stepOf = (facts: Partial<Schemas["StageStep"]> = {}): Schemas["StageStep"] => ({
  fate: "added",
  key: "brief",
  title: "Write the brief",
  state_before: null,
  state: "upcoming",
  position_before: null,
  position: 2,
  is_moved: false,
  adds_gate: true,
  has_gate: true,
  changes: [],
  ...facts,
});

const source = (text: string): Schemas["SourceText"] => ({
  path: ".bmad-core/workflows/short.yaml",
  sha256: digest(String(text.length)),
  text,
});

export const proposalOf = (
  facts: Partial<Schemas["ChangeProposed"]> = {},
): Schemas["ChangeProposed"] => ({
  digest: digest("d1"),
  does_something: true,
  before: { ...templateRowOf(), sha256: digest("a1") },
  after: { ...templateRowOf(), id: null, sha256: digest("a2") },
  steps: [
    stepOf({
      fate: "changed",
      key: "prd.md",
      title: "Create the PRD",
      state: "done",
      position: 1,
      adds_gate: false,
      changes: [{ field: "notes", before: "What is needed.", after: "What is needed, and why." }],
    }),
    stepOf(),
    stepOf({ fate: "kept", key: "end", title: "The end", position: 3, adds_gate: false }),
  ],
  notices: [],
  source_before: source("notes: What is needed."),
  source_after: source("notes: What is needed, and why."),
  ...facts,
});

export const templateHandlers = [
  contract.get("/api/v1/templates", () =>
    HttpResponse.json({ items: [templateRowOf()], next: null }),
  ),
  contract.get("/api/v1/templates/{template_id}", () => HttpResponse.json(templateOf())),
  contract.get("/api/v1/templates/{template_id}/comparison", () =>
    HttpResponse.json({
      before: versionOf(olderId, 1),
      after: versionOf(templateId, 2),
      changes: [],
      stages: [
        {
          kind: "removed",
          key: "spec",
          title: "Design the screens",
          position_before: 2,
          position_after: null,
          is_moved: false,
          changes: [],
        },
      ],
      source_before: source("one"),
      source_after: source("one two"),
    }),
  ),
  contract.post("/api/v1/templates", () => HttpResponse.json(templateOf(), { status: 201 })),
  contract.delete("/api/v1/templates/{template_id}", noContent),
  contract.put("/api/v1/templates/{template_id}/archival", noContent),
  contract.get("/api/v1/projects/{project_id}/template-news", () =>
    HttpResponse.json({ state: "same", template_id: null, source_path: null }),
  ),
  contract.get("/api/v1/projects/{project_id}/template-changes", () =>
    HttpResponse.json({ items: [], next: null }),
  ),
  contract.get("/api/v1/projects/{project_id}/template-changes/proposal", () =>
    HttpResponse.json(proposalOf()),
  ),
];
