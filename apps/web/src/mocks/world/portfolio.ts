import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract } from "../contract";

type Project = Schemas["ProjectRow"];

export const readerId = "00000000-0000-4000-8000-0000000000f1";
export const clientId = "00000000-0000-4000-8000-0000000000c1";
export const serviceId = "00000000-0000-4000-8000-0000000000d1";
export const readerGateId = "00000000-0000-4000-8000-0000000000a1";

/** A project row; a test names only what it is about. */
export const projectRow = (facts: Partial<Project> = {}): Project => ({
  id: "00000000-0000-4000-8000-0000000000f0",
  key: "NEWSLETTER",
  name: "Newsletter",
  status: "active",
  method: "bmad",
  generation: "v4",
  stages_total: 11,
  stages_closed: 8,
  stage: "Implement story",
  stage_state: "current",
  stage_since: "2026-11-20T09:00:00Z",
  waiting_gate_id: null,
  documents_total: 12,
  changed_at: "2026-11-23T16:00:00Z",
  ...facts,
});

/** Waits for a decision. */
export const reader = projectRow({
  id: readerId,
  name: "Lecteur RSS",
  stage: "Create the PRD",
  stage_state: "submitted",
  stages_closed: 1,
  waiting_gate_id: readerGateId,
});

export const archives = projectRow({
  id: "00000000-0000-4000-8000-0000000000f2",
  name: "Archives",
  method: null,
  generation: null,
  stages_total: 0,
  stages_closed: 0,
  stage: null,
  stage_state: null,
  stage_since: null,
});

export const portfolio: Schemas["PortfolioOut"] = {
  clients: [
    {
      id: clientId,
      name: "Maison Lumière",
      services: [
        {
          id: serviceId,
          name: "Lecture numérique",
          projects: [reader, projectRow()],
        },
      ],
    },
    {
      id: "00000000-0000-4000-8000-0000000000c2",
      name: "Northwind Health",
      services: [
        { id: "00000000-0000-4000-8000-0000000000d2", name: "Records", projects: [archives] },
      ],
    },
  ],
};

export const portfolioOf = (clients: Schemas["ClientRow"][]) =>
  contract.get("/api/v1/portfolio", () => HttpResponse.json({ clients }));

export const portfolioHandlers = [
  portfolioOf(portfolio.clients),
  contract.post("/api/v1/sample", () =>
    HttpResponse.json({ project_id: readerId }, { status: 201 }),
  ),
];
