import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, noContent } from "../contract";
import { ada } from "./people";
import { readerGateId, readerId } from "./portfolio";

type Listed = Schemas["ListedProject"];

export const lumiere = { id: "00000000-0000-4000-8000-0000000000c1", name: "Maison Lumière" };
export const northwind = { id: "00000000-0000-4000-8000-0000000000c2", name: "Northwind Health" };

/** A row of a list; a test names only what it is about. */
export const listed = (facts: Partial<Listed> = {}): Listed => ({
  id: "00000000-0000-4000-8000-0000000000f0",
  key: "NEWSLETTER",
  name: "Newsletter",
  version: 3,
  status: "active",
  status_reason: "",
  archived_with: null,
  client: lumiere,
  service: { id: "00000000-0000-4000-8000-0000000000d1", name: "Lecture numérique" },
  owner: { id: ada.id, name: ada.name },
  method: "bmad",
  generation: "v4",
  stages_total: 11,
  stages_closed: 8,
  stage: "Implement story",
  stage_state: "current",
  stage_since: "2026-11-20T09:00:00Z",
  stale_total: 0,
  waiting_gate_id: null,
  waiting_due_at: null,
  waiting_for: null,
  documents_total: 12,
  contradictions: 0,
  changed_at: "2026-11-23T16:00:00Z",
  ...facts,
});

/** Waits for a decision. */
export const listedReader = listed({
  id: readerId,
  key: "RSS",
  name: "Lecteur RSS",
  stage: "Create the PRD",
  stage_state: "submitted",
  stages_closed: 1,
  waiting_gate_id: readerGateId,
  waiting_due_at: null,
  waiting_for: [{ id: ada.id, name: ada.name }],
});

/** Has no workflow, and is blocked. */
export const listedArchives = listed({
  id: "00000000-0000-4000-8000-0000000000f2",
  key: "ARCHIVES",
  name: "Archives",
  status: "blocked",
  status_reason: "The budget is not there.",
  client: northwind,
  service: { id: "00000000-0000-4000-8000-0000000000d2", name: "Records" },
  owner: null,
  method: null,
  generation: null,
  stages_total: 0,
  stages_closed: 0,
  stage: null,
  stage_state: null,
  stage_since: null,
});

export const listedProjects = [listedReader, listed(), listedArchives];

/** What the API would count for these rows. */
export function dashboardWith(
  items: Listed[],
  facts: Partial<Schemas["Dashboard"]> = {},
): Schemas["Dashboard"] {
  const counted = (name: (row: Listed) => string | null | undefined) => {
    const counts = new Map<string, number>();
    for (const row of items) {
      const key = name(row);
      if (key) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts];
  };
  const clients = new Map(items.map(({ client }) => [client.id, client.name]));
  return {
    projects: { items, next: null },
    totals: {
      projects: items.length,
      waiting: items.filter((row) => row.waiting_gate_id).length,
      stale: items.filter((row) => row.stale_total > 0).length,
      blocked: items.filter((row) => row.status === "blocked").length,
      quiet: 0,
    },
    facets: {
      statuses: counted((row) => row.status).map(([status, count]) => ({
        status: status as Listed["status"],
        count,
      })),
      stages: counted((row) => row.stage).map(([stage, count]) => ({ stage, count })),
      clients: counted((row) => row.client.id).map(([id, count]) => ({
        id,
        name: clients.get(id) ?? "",
        count,
      })),
      owners: [
        { id: null, name: null, count: items.filter((row) => !row.owner).length },
        { id: ada.id, name: ada.name, count: items.filter((row) => row.owner).length },
      ],
    },
    is_empty: items.length === 0,
    ...facts,
  };
}

const holds = (wanted: string[], value: string) => wanted.length === 0 || wanted.includes(value);

/** Answers as the API would, as far as these tests ask. */
export const dashboardOf = (rows: Listed[]) =>
  contract.get("/api/v1/dashboard", ({ request }) => {
    const asked = new URL(request.url).searchParams;
    const search = (asked.get("search") ?? "").toLowerCase();
    const left = rows.filter(
      (row) =>
        `${row.name} ${row.client.name}`.toLowerCase().includes(search) &&
        holds(asked.getAll("status"), row.status) &&
        holds(asked.getAll("client_id"), row.client.id) &&
        holds(asked.getAll("owner_id"), row.owner?.id ?? "none") &&
        holds(asked.getAll("stage"), row.stage ?? "") &&
        (asked.get("waiting") !== "true" || row.waiting_gate_id !== null) &&
        (asked.get("stale") !== "true" || row.stale_total > 0),
    );
    return HttpResponse.json(dashboardWith(left, { is_empty: rows.length === 0 }));
  });

export const view: Schemas["ViewOut"] = {
  id: "00000000-0000-4000-8000-0000000000e1",
  name: "What is stuck",
  query: "layout=table&status=blocked",
  version: 1,
  created_at: "2026-11-20T09:00:00Z",
};

export const found = (facts: Partial<Schemas["Found"]> = {}): Schemas["Found"] => ({
  kind: "project",
  id: readerId,
  name: "Lecteur RSS",
  about: "Maison Lumière · Lecture numérique",
  project_id: readerId,
  is_archived: false,
  ...facts,
});

export const dashboardHandlers = [
  dashboardOf(listedProjects),
  contract.get("/api/v1/projects", ({ request }) => {
    const search = new URL(request.url).searchParams.get("search")?.toLowerCase() ?? "";
    const items = listedProjects.filter(({ name }) => name.toLowerCase().includes(search));
    return HttpResponse.json({ items, next: null });
  }),
  contract.get("/api/v1/views", () => HttpResponse.json([view])),
  contract.post("/api/v1/views", () => HttpResponse.json(view, { status: 201 })),
  contract.patch("/api/v1/views/{view_id}", () => HttpResponse.json(view)),
  contract.delete("/api/v1/views/{view_id}", noContent),
  contract.get("/api/v1/search/quick", () => HttpResponse.json({ items: [found()] })),
  contract.get("/api/v1/clients/{client_id}/people", () =>
    HttpResponse.json({ items: [{ id: ada.id, name: ada.name }], next: null }),
  ),
];
