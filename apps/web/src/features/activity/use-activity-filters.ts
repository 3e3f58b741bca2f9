import type { ActivityFilters, ActivityKind } from "@/api/activity";
import { endOfDay, startOfDay, useAddressFilters } from "@/lib/address-filters";

const NAMES = ["kind", "client", "project", "person", "from", "to"] as const;

export type FilterName = (typeof NAMES)[number];
export type Filters = Partial<Record<FilterName, string>>;

export const KINDS = [
  "decision",
  "submission",
  "stage",
  "project",
  "service",
  "client",
  "contact",
  "application",
] as const satisfies readonly ActivityKind[];

export const useActivityFilters = () => useAddressFilters(NAMES);

const isKind = (kind: string | undefined): kind is ActivityKind =>
  (KINDS as readonly (string | undefined)[]).includes(kind);

/** What the API is asked for. */
export function asked({ kind, client, project, person, from, to }: Filters): ActivityFilters {
  return {
    kind: isKind(kind) ? [kind] : undefined,
    client_id: client || undefined,
    project_id: project || undefined,
    actor_id: person || undefined,
    from: startOfDay(from),
    to: endOfDay(to),
  };
}
