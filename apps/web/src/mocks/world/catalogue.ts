import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { matches } from "@/lib/matching";
import { contract, noContent } from "../contract";
import { reader } from "./portfolio";

export const lumiere = {
  id: "00000000-0000-4000-8000-0000000000c1",
  name: "Maison Lumière",
};

/** A contact without links; a test names only what it is about. */
export const contactOf = (facts: Partial<Schemas["ContactOut"]> = {}): Schemas["ContactOut"] => ({
  id: "00000000-0000-4000-8000-0000000000e1",
  client: lumiere,
  name: "Marie Curie",
  email: "marie@example.test",
  role: "Head of research",
  phone: "+33 1 23 45 67 89",
  active: true,
  links_total: 1,
  version: 3,
  updated_at: null,
  updated_by: null,
  services: [],
  projects: [
    {
      project: { id: reader.id, key: reader.key, name: reader.name, status: "active" },
      roles: ["approver"],
    },
  ],
  ...facts,
});

export const marie = contactOf();
export const pierre = contactOf({
  id: "00000000-0000-4000-8000-0000000000e2",
  name: "Pierre Curie",
  email: null,
  active: false,
  links_total: 0,
  projects: [],
});

export const applicationOf = (facts: Partial<Schemas["ApplicationOut"]> = {}) => ({
  id: "00000000-0000-4000-8000-0000000000b1",
  client: lumiere,
  name: "Portal",
  description: "Where clients sign in.",
  url: "https://portal.example.test",
  projects: [
    {
      id: reader.id,
      key: reader.key,
      name: reader.name,
      status: "active" as const,
      relation: "changes" as const,
    },
  ],
  projects_total: 1,
  version: 2,
  updated_at: null,
  updated_by: null,
  ...facts,
});

export const itemOf = (
  facts: Partial<Schemas["ReferenceItemOut"]> = {},
): Schemas["ReferenceItemOut"] => ({
  id: "00000000-0000-4000-8000-0000000000a7",
  kind: "business_domain",
  code: "finance",
  name: "Finance",
  colour: null,
  retired_at: null,
  uses: 2,
  version: 1,
  updated_at: null,
  updated_by: null,
  ...facts,
});

export const contactsAre = (...items: Schemas["ContactOut"][]) =>
  contract.get("/api/v1/contacts", ({ request }) => {
    const { searchParams } = new URL(request.url);
    const search = searchParams.get("search") ?? "";
    const active = searchParams.get("active");
    const found = items.filter(
      (item) =>
        matches(`${item.name} ${item.role} ${item.phone}`, search) &&
        (active === null || String(item.active) === active),
    );
    return HttpResponse.json({ items: found, next: null });
  });

export const catalogueHandlers = [
  contactsAre(marie, pierre),
  contract.post("/api/v1/contacts", () => HttpResponse.json(marie, { status: 201 })),
  contract.get("/api/v1/contacts/{contact_id}", ({ params }) =>
    HttpResponse.json([marie, pierre].find(({ id }) => id === params["contact_id"]) ?? marie),
  ),
  contract.patch("/api/v1/contacts/{contact_id}", () => HttpResponse.json(marie)),
  contract.delete("/api/v1/contacts/{contact_id}", noContent),
  contract.get("/api/v1/services/{service_id}/contacts", () => HttpResponse.json({ items: [] })),
  contract.get("/api/v1/projects/{project_id}/contacts", () => HttpResponse.json({ items: [] })),
  contract.get("/api/v1/projects/{project_id}/applications", () =>
    HttpResponse.json({ items: [] }),
  ),
  contract.get("/api/v1/applications", () =>
    HttpResponse.json({ items: [applicationOf()], next: null }),
  ),
  contract.post("/api/v1/applications", () => HttpResponse.json(applicationOf(), { status: 201 })),
  contract.get("/api/v1/applications/{application_id}", () => HttpResponse.json(applicationOf())),
];

/** Of every kind: one value that is in use, and one that nothing has. */
export const itemsAreThere = contract.get("/api/v1/reference/{kind}", () =>
  HttpResponse.json({
    items: [
      itemOf(),
      itemOf({
        id: "00000000-0000-4000-8000-0000000000a8",
        code: "other",
        name: "Other",
        uses: 0,
      }),
    ],
  }),
);
