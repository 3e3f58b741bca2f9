import type { ActivityFilters, ActivityKind } from "@/api/activity";
import { useAddressFilters } from "@/lib/address-filters";
import { endOfDay, startOfDay } from "@/lib/days";

const NAMES = ["kind", "client", "project", "person", "from", "to"] as const;

export type FilterName = (typeof NAMES)[number];
export type Filters = Partial<Record<FilterName, string>>;

export const KINDS = [
  "decision",
  "submission",
  "thread",
  "stage",
  "gate",
  "project",
  "service",
  "client",
  "contact",
  "application",
  "spreadsheet",
] as const satisfies readonly ActivityKind[];

export const useActivityFilters = () => useAddressFilters(NAMES);

const isKind = (kind: string | undefined): kind is ActivityKind =>
  (KINDS as readonly (string | undefined)[]).includes(kind);

/** What the API is asked for; days are those of the reader's time zone. */
export function asked(filters: Filters, zone: string): ActivityFilters {
  const { kind, client, project, person, from, to } = filters;
  return {
    kind: isKind(kind) ? [kind] : undefined,
    client_id: client || undefined,
    project_id: project || undefined,
    actor_id: person || undefined,
    from: startOfDay(from, zone),
    to: endOfDay(to, zone),
  };
}
