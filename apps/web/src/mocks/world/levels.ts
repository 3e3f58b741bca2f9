import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, noContent } from "../contract";
import { ada } from "./people";
import { clientId, readerId, serviceId } from "./portfolio";

export const clientOf = (facts: Partial<Schemas["ClientOut"]> = {}): Schemas["ClientOut"] => ({
  id: clientId,
  name: "Maison Lumière",
  domain: null,
  cost_of_delay: 1,
  archived_at: null,
  created_at: "2026-11-01T10:00:00Z",
  services_total: 1,
  projects_total: 2,
  version: 3,
  updated_at: null,
  updated_by: null,
  ...facts,
});

export const serviceOf = (facts: Partial<Schemas["ServiceOut"]> = {}): Schemas["ServiceOut"] => ({
  id: serviceId,
  client: { id: clientId, name: "Maison Lumière" },
  name: "Lecture numérique",
  description: "What is read.",
  categories: [],
  archived_at: null,
  is_client_archived: false,
  created_at: "2026-11-01T10:00:00Z",
  projects_total: 2,
  version: 3,
  updated_at: null,
  updated_by: null,
  ...facts,
});

export const factsOf = (facts: Partial<Schemas["ProjectFacts"]> = {}): Schemas["ProjectFacts"] => ({
  id: readerId,
  key: "LECTEUR-RSS",
  name: "Lecteur RSS",
  description: "It reads feeds.",
  type: "existing",
  implementation_type: null,
  user_categories: [],
  status: "active",
  status_reason: "",
  status_since: null,
  reachable: ["blocked", "completed", "archived"],
  owner: { id: ada.id, name: ada.name },
  service: { id: serviceId, name: "Lecture numérique" },
  client: { id: clientId, name: "Maison Lumière" },
  archived_with: null,
  workspace_path: "/projects/lecteur-rss",
  created_at: "2026-11-01T10:00:00Z",
  created_by: { id: ada.id, name: ada.name },
  version: 3,
  updated_at: null,
  updated_by: null,
  ...facts,
});

export const northwind = clientOf({
  id: "00000000-0000-4000-8000-0000000000c2",
  name: "Northwind Health",
});
export const records = serviceOf({
  id: "00000000-0000-4000-8000-0000000000d2",
  client: { id: northwind.id, name: northwind.name },
  name: "Records",
});

export const transitionOf = (
  facts: Partial<Schemas["TransitionOut"]> = {},
): Schemas["TransitionOut"] => ({
  id: "00000000-0000-4000-8000-000000070001",
  kind: "archive",
  from_value: null,
  to_value: null,
  from_name: null,
  to_name: null,
  by: { id: ada.id, name: ada.name },
  token_id: null,
  token: null,
  at: "2026-11-20T10:00:00Z",
  reason: "",
  ...facts,
});

export const binnedOf = (facts: Partial<Schemas["BinnedOut"]> = {}): Schemas["BinnedOut"] => ({
  id: clientId,
  kind: "client",
  name: "Maison Lumière",
  client: "Maison Lumière",
  service: null,
  deleted_at: "2026-11-20T10:00:00Z",
  deleted_by: { id: ada.id, name: ada.name },
  purged_after: "2026-12-20T10:00:00Z",
  waits_for: null,
  ...facts,
});

export const deletion: Schemas["Deletion"] = {
  name: "Maison Lumière",
  services: 1,
  projects: 2,
  documents: 14,
  versions: 15,
  submissions: 1,
  decisions: 0,
  contacts: 0,
  applications: 0,
  links: 0,
};

const emptyDeletion: Schemas["Deletion"] = {
  ...deletion,
  services: 0,
  projects: 0,
  documents: 0,
  versions: 0,
  submissions: 0,
};

const item = (kind: Schemas["ReferenceKind"], id: string, name: string) => ({
  id,
  kind,
  code: name.toLowerCase(),
  name,
  colour: null,
  retired_at: null,
  uses: null,
  version: 1,
  updated_at: null,
  updated_by: null,
});

export const healthcare = item(
  "business_domain",
  "00000000-0000-4000-8000-0000000ef001",
  "Healthcare",
);
export const education = item(
  "business_domain",
  "00000000-0000-4000-8000-0000000ef002",
  "Education",
);
const rag = item("implementation_type", "00000000-0000-4000-8000-0000000ef003", "RAG");

export const clientIs = (facts: Partial<Schemas["ClientOut"]>) =>
  contract.get("/api/v1/clients/{client_id}", () => HttpResponse.json(clientOf(facts)));
export const serviceIs = (facts: Partial<Schemas["ServiceOut"]>) =>
  contract.get("/api/v1/services/{service_id}", () => HttpResponse.json(serviceOf(facts)));
export const factsAre = (facts: Partial<Schemas["ProjectFacts"]>) =>
  contract.get("/api/v1/projects/{project_id}/facts", () => HttpResponse.json(factsOf(facts)));
export const binHolds = (items: Schemas["BinnedOut"][]) =>
  contract.get("/api/v1/bin", () => HttpResponse.json({ items, next: null }));

const noTransitions: Schemas["Page_TransitionOut_"] = { items: [], next: null };

export const levelHandlers = [
  clientIs({}),
  serviceIs({}),
  factsAre({}),
  binHolds([binnedOf()]),
  contract.get("/api/v1/clients", () =>
    HttpResponse.json({ items: [clientOf(), northwind], next: null }),
  ),
  contract.get("/api/v1/services", ({ request }) => {
    const of = new URL(request.url).searchParams.get("client_id");
    const items = [serviceOf(), records].filter(({ client }) => !of || client.id === of);
    return HttpResponse.json({ items, next: null });
  }),
  contract.get("/api/v1/projects/by-key/{key}", () => HttpResponse.json(factsOf())),
  contract.get("/api/v1/clients/{client_id}/people", () =>
    HttpResponse.json({ items: [{ id: ada.id, name: ada.name }], next: null }),
  ),
  contract.get("/api/v1/reference/{kind}", ({ params }) =>
    HttpResponse.json({
      items: [healthcare, education, rag].filter(({ kind }) => kind === params["kind"]),
    }),
  ),
  contract.get("/api/v1/project-keys/suggestion", () => HttpResponse.json({ key: "NOUVEAU" })),
  contract.get("/api/v1/clients/{client_id}/transitions", () => HttpResponse.json(noTransitions)),
  contract.get("/api/v1/services/{service_id}/transitions", () => HttpResponse.json(noTransitions)),
  contract.get("/api/v1/projects/{project_id}/transitions", () => HttpResponse.json(noTransitions)),
  contract.get("/api/v1/clients/{client_id}/deletion", () => HttpResponse.json(deletion)),
  contract.get("/api/v1/services/{service_id}/deletion", () => HttpResponse.json(deletion)),
  contract.get("/api/v1/projects/{project_id}/deletion", () => HttpResponse.json(deletion)),
  contract.get("/api/v1/contacts/{contact_id}/deletion", () =>
    HttpResponse.json({ ...emptyDeletion, name: "Marie Curie", links: 1 }),
  ),
  contract.get("/api/v1/applications/{application_id}/deletion", () =>
    HttpResponse.json({ ...emptyDeletion, name: "Portal" }),
  ),
  contract.get("/api/v1/bin/{binned_id}/deletion", () => HttpResponse.json(deletion)),
  contract.delete("/api/v1/clients/{client_id}", noContent),
  contract.delete("/api/v1/services/{service_id}", noContent),
  contract.delete("/api/v1/projects/{project_id}", noContent),
  contract.delete("/api/v1/applications/{application_id}", noContent),
  contract.post("/api/v1/bin/{binned_id}/restoration", ({ params }) =>
    HttpResponse.json({ id: String(params["binned_id"]), kind: "client", name: "Maison Lumière" }),
  ),
  contract.delete("/api/v1/bin/{binned_id}", noContent),
];
