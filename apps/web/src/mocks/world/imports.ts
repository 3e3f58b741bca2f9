import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, problem } from "../contract";
import { readerId } from "./portfolio";

type Stage = Schemas["StageFound"];
type Rules = Schemas["RulesFound"];
type Workflow = Schemas["WorkflowFound"];

export const importId = "00000000-0000-4000-8000-0000000000e1";

/** The rules of a gate; the usual ones, but for these. */
export const rulesOf = (rules: Partial<Rules> = {}): Rules => ({
  roles: ["administrator", "product_owner"],
  approvals: 1,
  submitter_decides: true,
  checklist: [],
  reauthentication: false,
  due_days: null,
  ...rules,
});

const stage = (key: string, title: string, reason?: string, rules?: Partial<Rules>): Stage => ({
  key,
  title,
  phase: null,
  agent: "pm",
  optional: false,
  condition: null,
  gate: reason ? { kind: "approval", reason, rules: rulesOf(rules) } : null,
});

const workflow = (key: string, name: string, stages: Stage[]): Workflow => ({
  key,
  name,
  description: `About ${name}.`,
  kind: key.startsWith("green") ? "greenfield" : "brownfield",
  project_types: ["web-app"],
  when_to_use: ["Team work"],
  source_path: `.bmad-core/workflows/${key}.yaml`,
  stages,
  notices: [],
});

/** A folder with a method, two workflows, and one thing to know. */
export const readerFolder: Schemas["Inspection"] = {
  path: "/home/ada/reader",
  name: "reader",
  method: "bmad",
  generation: "v4",
  method_version: "4.44.3",
  evidence: [".bmad-core/core-config.yaml"],
  candidates: [
    {
      method: "bmad",
      generation: "v4",
      method_version: "4.44.3",
      folder: ".bmad-core",
      evidence: [".bmad-core/core-config.yaml"],
      workflows_total: 2,
    },
  ],
  expansion_packs: [],
  workflows: [
    workflow("greenfield", "Greenfield", [
      stage("brief", "Create the brief", "Later stages build on the brief", {
        approvals: 2,
        checklist: [
          { text: "The numbers are in", required: true },
          { text: "A lawyer read it", required: false },
        ],
        due_days: 3,
      }),
      stage("prd", "Create the PRD", "Later stages build on the PRD"),
      stage("build", "Implement"),
    ]),
    workflow("brownfield", "Brownfield", [stage("analysis", "Analyse")]),
  ],
  documents_total: 120,
  documents: [{ path: "docs/brief.md" }],
  notices: [
    {
      path: "docs/broken.md",
      line: 3,
      code: "invalid_utf8",
      text: "docs/broken.md is not UTF-8 in line 3; its bytes are kept as they are.",
      says: [{ name: "bytes_kept", values: { line: 3 } }],
    },
  ],
  project_id: null,
  is_in_bin: false,
};

/** A folder with nothing but documents. */
export const notesFolder: Schemas["Inspection"] = {
  ...readerFolder,
  path: "/home/ada/notes",
  name: "notes",
  method: null,
  generation: null,
  method_version: null,
  evidence: [],
  candidates: [],
  workflows: [],
  notices: [],
};

/** A folder whose project went from one generation to the next and kept both. */
export const bothFolder: Schemas["Inspection"] = {
  ...readerFolder,
  path: "/home/ada/both",
  name: "both",
  generation: "v6",
  method_version: "6.12.0",
  evidence: ["_bmad/_config/manifest.yaml: version 6.12.0"],
  candidates: [
    {
      method: "bmad",
      generation: "v6",
      method_version: "6.12.0",
      folder: "_bmad",
      evidence: ["_bmad/_config/manifest.yaml: version 6.12.0"],
      workflows_total: 1,
    },
    ...readerFolder.candidates,
  ],
  workflows: [
    workflow("bmm", "BMad Method", [
      stage("bmad-prd", "Create the PRD", "BMAD requires it before anything that comes later"),
    ]),
  ],
};

const olderOfBoth: Schemas["Inspection"] = {
  ...readerFolder,
  path: bothFolder.path,
  name: bothFolder.name,
  candidates: bothFolder.candidates,
};

const folders = [readerFolder, notesFolder];

export const running: Schemas["ImportOut"] = {
  id: importId,
  path: readerFolder.path,
  state: "running",
  requested_at: "2026-11-24T02:00:00Z",
  finished_at: null,
  progress: { done: 30, total: 120, path: "docs/brief.md" },
  project_id: null,
  error: null,
};

export const done: Schemas["ImportOut"] = { ...running, state: "done", project_id: readerId };

export const failed: Schemas["ImportOut"] = {
  ...running,
  state: "failed",
  error: { code: "disk_full", detail: "The disk is full. Make room and try again." },
};

/** The import's state at each poll; the last one stays. */
export function importsThat(...states: Schemas["ImportOut"][]) {
  let polls = 0;
  return contract.get("/api/v1/imports/{import_id}", () => {
    const state = states[Math.min(polls++, states.length - 1)];
    return state ? HttpResponse.json(state) : problem(404, "not_found", "No such import.");
  });
}

const listing = (path: string): Schemas["FolderPage"] => {
  if (path === "/home/ada") {
    const inside = folders.map(({ name, path: at, method }) => ({
      name,
      path: at,
      has_method: method !== null,
    }));
    return { path: "/home/ada", parent: null, folders: inside, truncated: false };
  }
  return { path, parent: "/home/ada", folders: [], truncated: false };
};

const home = { name: "ada", path: "/home/ada", has_method: false };

export const importHandlers = [
  contract.get("/api/v1/folders", ({ request }) => {
    const path = new URL(request.url).searchParams.get("path");
    const roots = { path: null, parent: null, folders: [home], truncated: false };
    return HttpResponse.json(path === null ? roots : listing(path));
  }),
  contract.post("/api/v1/inspections", async ({ request }) => {
    const { path, generation } = (await request.json()) as Schemas["InspectionIn"];
    const known = [...folders, bothFolder].find((folder) => folder.path === path);
    const found = known === bothFolder && generation === "v4" ? olderOfBoth : known;
    const refusal = `${path} is outside the allowed roots.`;
    return found ? HttpResponse.json(found) : problem(422, "path_outside_roots", refusal);
  }),
  contract.post("/api/v1/imports", () =>
    HttpResponse.json({ ...running, state: "queued", progress: null }, { status: 202 }),
  ),
  contract.post("/api/v1/projects/{project_id}/imports", () =>
    HttpResponse.json({ ...running, state: "queued", progress: null }, { status: 202 }),
  ),
  importsThat(running),
];
