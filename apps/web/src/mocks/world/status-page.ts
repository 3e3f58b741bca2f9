import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract } from "../contract";

type Published = Schemas["PublishedOut"];
type Incident = Schemas["IncidentOut"];
type Maintenance = Schemas["MaintenanceOut"];
type Component = Schemas["ComponentOut"];

export const incidentOf = (facts: Partial<Incident> = {}): Incident => ({
  id: "01a22378-bdae-705e-99ca-7f89711aefe1",
  title: { en: "Trouble with API", fr: "Problème avec API" },
  status: "investigating",
  impact: "major",
  opened_at: "2026-11-24T08:55:00Z",
  resolved_at: null,
  updates: [
    {
      at: "2026-11-24T08:55:00Z",
      status: "investigating",
      by_person: false,
      says: {
        en: "Checks of API fail. The cause is not known yet.",
        fr: "Les vérifications de API échouent. La cause n’est pas encore connue.",
      },
    },
  ],
  ...facts,
});

export const maintenanceOf = (facts: Partial<Maintenance> = {}): Maintenance => ({
  id: "01a22378-bdae-705e-99ca-7f89711aefe2",
  title: { en: "Planned maintenance: Database", fr: "Maintenance prévue : Base de données" },
  words: { en: "PostgreSQL gets a larger disk.", fr: "PostgreSQL reçoit un plus grand disque." },
  stage: "scheduled",
  starts_at: "2026-12-01T22:00:00Z",
  ends_at: "2026-12-02T00:00:00Z",
  components: ["database"],
  ...facts,
});

export const componentOf = (facts: Partial<Component> = {}): Component => ({
  id: "web",
  group: "people",
  name: { en: "Web app", fr: "Application web" },
  state: "up",
  says: { en: "Works", fr: "Fonctionne" },
  uptime: 0.99987,
  checked_at: "2026-11-24T09:00:00Z",
  latency_ms: 24.6,
  detail: "",
  ...facts,
});

export const publishedOf = (facts: Partial<Published> = {}): Published => ({
  address: "https://lab.example.com/status/",
  indicator: "none",
  says: { en: "Everything works", fr: "Tout fonctionne" },
  checked_at: "2026-11-24T09:00:00Z",
  components: [
    componentOf(),
    componentOf({
      id: "database",
      group: "services",
      name: { en: "Database", fr: "Base de données" },
      state: "degraded",
      says: {
        en: "Needs attention: answers only a part of the processes",
        fr: "Demande attention : ne répond qu’à une partie des processus",
      },
      uptime: null,
      latency_ms: null,
      detail: "1 of 2 replicas",
    }),
  ],
  incidents: [],
  maintenances: [],
  ...facts,
});

export const statusPageIs = (facts: Partial<Published> | null) =>
  contract.get("/api/v1/status-page", () =>
    HttpResponse.json({ page: facts === null ? null : publishedOf(facts) }),
  );

export const statusPageHandlers = [statusPageIs({})];
