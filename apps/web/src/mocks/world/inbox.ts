import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, noContent } from "../contract";
import { readerGateId } from "./portfolio";
import { prdWithText, submissionOf } from "./reader";

type Item = Schemas["ItemOut"];

/** A submission that waits; a test names only what it is about. */
export const itemOf = (facts: Partial<Item> = {}): Item => ({
  id: submissionOf().id,
  kind: "gate",
  title: "Create the PRD",
  place: prdWithText.place,
  gate_id: readerGateId,
  thread_id: null,
  by: "Bob Noyce",
  text: "Three questions at the end.",
  asks: null,
  since: "2026-11-20T11:00:00Z",
  due_at: null,
  words: 1_540,
  count: null,
  approvals_given: 0,
  approvals_needed: 1,
  cost: { points: 12, weight: 3, days: 4, pressure: 0 },
  snoozed_until: null,
  snooze_reason: null,
  ...facts,
});

export const totalsOf = (facts: Partial<Schemas["InboxTotals"]> = {}): Schemas["InboxTotals"] => ({
  items: 0,
  snoozed: 0,
  words: 0,
  gates: 0,
  questions: 0,
  stale: 0,
  conflicts: 0,
  contradictions: 0,
  ...facts,
});

export const inboxOf = (
  items: Item[],
  facts: Partial<Schemas["InboxOut"]> = {},
): Schemas["InboxOut"] => ({
  page: { items, next: null },
  totals: totalsOf({ items: items.length, gates: items.length }),
  clients: [{ id: prdWithText.place.client_id, name: "Maison Lumière", count: items.length }],
  reading: { words_a_minute: 220, this_week: 4_400, waiting: 1_540, budget_minutes: 60 },
  ...facts,
});

export const inboxIs = (inbox: Schemas["InboxOut"]) =>
  contract.get("/api/v1/inbox", () => HttpResponse.json(inbox));

export const totalsAre = (totals: Schemas["InboxTotals"]) =>
  contract.get("/api/v1/inbox/totals", () => HttpResponse.json(totals));

export const inboxHandlers = [
  inboxIs(inboxOf([])),
  totalsAre(totalsOf()),
  contract.get("/api/v1/inbox/digest", () =>
    HttpResponse.json({ is_available: true, sent_at: null, problem: null }),
  ),
  contract.post("/api/v1/inbox/digest/test", noContent),
  contract.put("/api/v1/inbox/{kind}/{item_id}/snooze", noContent),
  contract.delete("/api/v1/inbox/{kind}/{item_id}/snooze", noContent),
  contract.put("/api/v1/documents/{document_id}/versions/{number}/reading", noContent),
];
