import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, noContent } from "../contract";
import { ada } from "./people";
import { readerGateId, readerId } from "./portfolio";

type Activity = Schemas["ActivityOut"];
type Entry = Schemas["AuditEntryOut"];

export const bobId = "00000000-0000-4000-8000-00000000b0b0";

export const bob: Schemas["ActorOut"] = {
  kind: "person",
  id: bobId,
  name: "Bob Noyce",
  token_id: null,
  token: null,
};

/** Something that Bob did; a test names only what it is about. */
export const activityOf = (facts: Partial<Activity> = {}): Activity => ({
  sequence: 42,
  at: "2026-11-24T09:30:00Z",
  actor: bob,
  kind: "decision",
  action: "decision.approved",
  subject_id: "00000000-0000-4000-8000-0000000000e1",
  label: "PRD",
  client: { id: "00000000-0000-4000-8000-0000000000c1", name: "Maison Lumière" },
  project: { id: readerId, key: "READER", name: "Lecteur RSS" },
  reason: "",
  fields: [],
  counts: {},
  status: null,
  gate_id: readerGateId,
  ...facts,
});

export const feed: Activity[] = [
  activityOf({ sequence: 44, at: "2026-11-24T09:30:00Z", reason: "Reads well." }),
  activityOf({
    sequence: 43,
    at: "2026-11-24T08:00:00Z",
    kind: "submission",
    action: "submission.created",
    actor: { ...bob, id: ada.id, name: ada.name },
  }),
  activityOf({
    sequence: 40,
    at: "2026-11-20T08:00:00Z",
    kind: "project",
    action: "project.scanned",
    label: "Lecteur RSS",
    counts: { added: 2, changed: 1 },
    gate_id: null,
  }),
];

/** The feed for every question but that for what is newer. */
export const feedIs = (items: Activity[], facts: Partial<Schemas["ActivityPage"]> = {}) =>
  contract.get("/api/v1/activity", ({ request }) => {
    const newerThan = new URL(request.url).searchParams.get("newer_than");
    const shown = newerThan ? items.filter(({ sequence }) => sequence > Number(newerThan)) : items;
    return HttpResponse.json({ items: shown, next: null, looked_at: null, news: 0, ...facts });
  });

export const entryOf = (facts: Partial<Entry> = {}): Entry => ({
  sequence: 7,
  at: "2026-11-24T09:30:00Z",
  actor: bob,
  action: "project.changed",
  subject_id: readerId,
  label: "Lecteur RSS",
  client: { id: "00000000-0000-4000-8000-0000000000c1", name: "Maison Lumière" },
  project: { id: readerId, name: "Lecteur RSS" },
  before: { description: "Old", owner_id: null },
  after: { description: "New", owner_id: bobId },
  reason: "It was wrong",
  address: "192.0.2.7",
  request_id: "req-7",
  hash: "ab".repeat(32),
  details_erased: false,
  ...facts,
});

export const entriesAre = (items: Entry[], next: string | null = null) =>
  contract.get("/api/v1/audit/entries", () => HttpResponse.json({ items, next }));

export const verificationOf = (
  facts: Partial<Schemas["VerificationOut"]> = {},
): Schemas["VerificationOut"] => ({
  id: "00000000-0000-4000-8000-0000000000aa",
  requested_by: { id: ada.id, name: ada.name },
  started_at: "2026-11-24T09:00:00Z",
  ended_at: "2026-11-24T09:00:01Z",
  total: 1200,
  checked: 1200,
  erased: 0,
  head_sequence: 1200,
  head_hash: "cd".repeat(32),
  troubles_total: 0,
  troubles: [],
  ...facts,
});

export const verificationIs = (last: Schemas["VerificationOut"] | null) =>
  contract.get("/api/v1/audit/verification", () => HttpResponse.json({ last }));

export const retentionIs = (kept: Schemas["RetentionOut"]) =>
  contract.get("/api/v1/audit/retention", () => HttpResponse.json(kept));

export const activityHandlers = [
  feedIs(feed),
  contract.put("/api/v1/activity/looked", noContent),
  entriesAre([entryOf()]),
  verificationIs(verificationOf()),
  retentionIs({ details_days: null, applied_at: null }),
  contract.post("/api/v1/audit/verification", () =>
    HttpResponse.json({ last: verificationOf({ ended_at: null, checked: 300 }) }, { status: 202 }),
  ),
];
