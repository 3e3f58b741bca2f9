import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, noContent } from "../contract";
import { ada, vera } from "./people";

type User = Schemas["UserOut"];

const plain: Omit<User, "id" | "name" | "email"> = {
  role: "viewer",
  state: "active",
  sees_all_clients: true,
  clients: [],
  created_at: "2026-11-01T09:00:00Z",
  signed_in_at: "2026-11-20T09:00:00Z",
  link: null,
  locked_until: null,
  deactivated_at: null,
  projects_owned: 0,
  is_last_administrator: false,
  version: 3,
  updated_at: null,
  updated_by: null,
};

/** A person as administrators see them. */
export const user = (changes: Partial<User>): User => ({
  ...plain,
  id: "00000000-0000-4000-8000-0000000000e1",
  name: "Eve Moore",
  email: "eve@example.test",
  ...changes,
});

export const adaAsUser = user({ ...ada, role: "administrator", is_last_administrator: true });
export const veraAsUser = user({ ...vera, sees_all_clients: false });
export const grace = user({
  id: "00000000-0000-4000-8000-00000000face",
  name: "Grace Hopper",
  email: "grace@example.test",
  role: "product_owner",
  state: "invited",
  signed_in_at: null,
  link: { purpose: "invitation", expires_at: "2026-12-05T09:00:00Z" },
});

export const linkFor = (purpose: Schemas["LinkOut"]["purpose"]): Schemas["LinkOut"] => ({
  purpose,
  path: "/invitation#a-token",
  token: "a-token",
  expires_at: "2026-12-05T09:00:00Z",
});

export const usersAre = (...items: User[]) =>
  contract.get("/api/v1/users", () => HttpResponse.json({ items, next: null }));

export const profile: Schemas["ProfileOut"] = {
  ...ada,
  clients: [],
  has_password: true,
  reading_minutes: null,
  digest: "never",
  digest_hour: 8,
  created_at: "2026-11-01T09:00:00Z",
  version: 4,
  updated_at: null,
  updated_by: null,
};

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
export const sessions: Schemas["SessionOut"][] = [
  {
    key: "a".repeat(64),
    kind: "browser",
    started_at: "2026-11-28T08:00:00Z",
    last_used_at: "2026-11-28T09:00:00Z",
    address: "192.0.2.7",
    user_agent: firefox,
    is_current: true,
  },
  {
    key: "b".repeat(64),
    kind: "browser",
    started_at: "2026-11-20T08:00:00Z",
    last_used_at: "2026-11-21T09:00:00Z",
    address: "203.0.113.9",
    user_agent: "curl/8.5.0",
    is_current: false,
  },
];

/** A program that signed in over the API. */
export const programSignIn: Schemas["SessionOut"] = {
  key: "00000000-0000-4000-8000-0000000000f1",
  kind: "api",
  started_at: "2026-11-19T08:00:00Z",
  last_used_at: "2026-11-21T08:00:00Z",
  address: "",
  user_agent: "",
  is_current: false,
};

const client = (id: string, name: string): Schemas["ClientOut"] => ({
  id,
  name,
  domain: null,
  cost_of_delay: 1,
  archived_at: null,
  created_at: "2026-11-01T09:00:00Z",
  services_total: 1,
  projects_total: 1,
  version: 1,
  updated_at: null,
  updated_by: null,
});

export const clients = [
  client("00000000-0000-4000-8000-0000000000c1", "Maison Lumière"),
  client("00000000-0000-4000-8000-0000000000c2", "Northwind Health"),
];

export const userHandlers = [
  contract.get("/api/v1/clients", ({ request }) => {
    const typed = new URL(request.url).searchParams.get("search")?.toLowerCase() ?? "";
    const items = clients.filter(({ name }) => name.toLowerCase().includes(typed));
    return HttpResponse.json({ items, next: null });
  }),
  usersAre(adaAsUser, grace, veraAsUser),
  contract.get("/api/v1/people", () =>
    HttpResponse.json({ items: [ada, vera].map(({ id, name }) => ({ id, name })), next: null }),
  ),
  contract.get("/api/v1/users/{user_id}", () => HttpResponse.json(veraAsUser)),
  contract.patch("/api/v1/users/{user_id}", () =>
    HttpResponse.json({ ...veraAsUser, released: [] }),
  ),
  contract.post("/api/v1/users/{user_id}/links", () =>
    HttpResponse.json(linkFor("reset"), { status: 201 }),
  ),
  contract.delete("/api/v1/users/{user_id}/links", noContent),
  contract.post("/api/v1/users/{user_id}/unlock", noContent),
  contract.post("/api/v1/users/{user_id}/deactivation", () =>
    HttpResponse.json({ released: [], tokens_revoked: 0 }),
  ),
  contract.delete("/api/v1/users/{user_id}/deactivation", noContent),
  contract.delete("/api/v1/users/{user_id}/sessions", () =>
    HttpResponse.json({ ended: 2, tokens_revoked: 0 }),
  ),
  contract.post("/api/v1/invitations", () =>
    HttpResponse.json({ user: grace, link: linkFor("invitation") }, { status: 201 }),
  ),
  contract.post("/api/v1/invitations/lookup", () =>
    HttpResponse.json({
      purpose: "invitation",
      name: grace.name,
      email: grace.email,
      expires_at: "2026-12-05T09:00:00Z",
    }),
  ),
  contract.post("/api/v1/invitations/acceptance", () => HttpResponse.json(ada)),
  contract.get("/api/v1/profile", () => HttpResponse.json(profile)),
  contract.patch("/api/v1/profile", async ({ request }) =>
    HttpResponse.json({ ...profile, ...((await request.json()) as object), version: 5 }),
  ),
  contract.put("/api/v1/profile/password", noContent),
  contract.get("/api/v1/sessions", () => HttpResponse.json(sessions)),
  contract.delete("/api/v1/sessions", () => HttpResponse.json({ ended: 1 })),
  contract.delete("/api/v1/sessions/{session_key}", noContent),
];
