import type { Query, QueryClient } from "@tanstack/react-query";
import type { Schemas } from "./client";

export type Change = Schemas["Change"];

/** Where changes are told, as server-sent events. */
export const eventsAddress = "/api/v1/events";

/** What somebody or something else has changed is asked for again, as far as it is on the screen. */
export function othersChanged(client: QueryClient, changes: readonly Change[]): Promise<void> {
  return askAgain(client, (query) => changes.some((change) => concerns(change, query)));
}

/** After a gap in the changes: everything that may have changed meanwhile. */
export function anythingMayHaveChanged(client: QueryClient): Promise<void> {
  return askAgain(client, ({ queryKey }) => watched.has(queryKey[0]));
}

/** Keys of what people look at. A folder that is being chosen for an import is not watched. */
const watched = new Set<unknown>([
  "portfolio",
  "clients",
  "services",
  "projects",
  "bin",
  "gates",
  "documents",
  "imports",
]);

/** Lists and pages over the whole portfolio: any of its projects may stand in them. */
const overall = new Set<unknown>(["portfolio", "clients", "services", "bin"]);

function concerns(change: Change, { queryKey, state }: Query): boolean {
  const [noun, id, part] = queryKey;
  const isOfDocuments = change.noun === "document";
  if (noun === "imports") return change.noun === "import" && id === change.id;
  if (change.noun === "portfolio") return overall.has(noun) || noun === "projects";
  if (change.project_id === null) return false;
  if (overall.has(noun)) return true;
  if (noun === "projects") return id === change.project_id && (isFacts(part) || isOfDocuments);
  const isAffected = noun === "gates" || (noun === "documents" && isOfDocuments);
  if (!isAffected) return false;
  // Keyed by their own id; what they showed last says where they belong.
  return !hasPlace(state.data) || state.data.place.project_id === change.project_id;
}

const isFacts = (part: unknown) => part === "page" || part === "facts" || part === "transitions";

function hasPlace(data: unknown): data is { place: { project_id: string } } {
  return typeof data === "object" && data !== null && "place" in data;
}

async function askAgain(client: QueryClient, isAbout: (query: Query) => boolean): Promise<void> {
  const isFirst = ({ state }: Query) =>
    state.fetchStatus === "fetching" && state.data === undefined;
  const first = client.getQueryCache().findAll({ predicate: (q) => isFirst(q) && isAbout(q) });
  await Promise.all([
    client.invalidateQueries({ predicate: isAbout }),
    ...first.map((query) => askAfterReply(client, query)),
  ]);
}

/** A first reply that is on its way may be older than the change, and is not asked for twice. */
async function askAfterReply(client: QueryClient, query: Query): Promise<void> {
  await query.promise?.catch(() => undefined);
  await client.invalidateQueries({ queryKey: query.queryKey, exact: true });
}
