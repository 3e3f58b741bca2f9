import type { Query, QueryClient } from "@tanstack/react-query";
import type { Schemas } from "./client";
import type { Account } from "./session";
import { sessionKey } from "./session";

export type Change = Schemas["Change"];

/** Where changes are told, as server-sent events. */
export const eventsAddress = "/api/v1/events";

/** What somebody or something else has changed is asked for again, as far as it is on the screen. */
export function othersChanged(client: QueryClient, changes: readonly Change[]): Promise<void> {
  if (changes.some((change) => isAboutMe(client, change))) return anythingMayHaveChanged(client);
  return askAgain(client, (query) => changes.some((change) => concerns(client, change, query)));
}

/** After a gap in the changes: everything that may have changed meanwhile. */
export function anythingMayHaveChanged(client: QueryClient): Promise<void> {
  return askAgain(client, ({ queryKey }) => watched.has(queryKey[0]));
}

/** Keys of what people look at. A folder that is being chosen for an import is not watched. */
const watched = new Set<unknown>([
  "session",
  "portfolio",
  "clients",
  "services",
  "projects",
  "bin",
  "contacts",
  "applications",
  "templates",
  "reference",
  "gates",
  "documents",
  "imports",
  "activity",
  "analytics",
  "users",
  "people",
  "profile",
  "sessions",
  "inbox",
  "status-page",
]);

/** Lists and pages over the whole portfolio: any of its projects may stand in them. */
const overall = new Set<unknown>([
  "portfolio",
  "clients",
  "services",
  "bin",
  "contacts",
  "applications",
  "templates",
  "reference",
  "analytics",
]);

/** What one may do and see changes with one's rights, and so does everything on the screen. */
function isAboutMe(client: QueryClient, { noun, id }: Change): boolean {
  return noun === "people" && id === client.getQueryData<Account | null>(sessionKey)?.id;
}

function concerns(client: QueryClient, change: Change, { queryKey, state }: Query): boolean {
  const [noun, id, part] = queryKey;
  const isOfDocuments = change.noun === "document";
  if (change.noun === "status_page") return noun === "status-page";
  if (change.noun === "people") return noun === "users" || noun === "people";
  // What waits for one follows from everything that projects are; who decides stands in policies.
  if (noun === "inbox") return change.noun !== "import";
  if (change.noun === "inbox") return false;
  if (noun === "imports") return change.noun === "import" && id === change.id;
  // The feed itself stays as it is read; what is new in it is counted beside it.
  if (noun === "activity") return id !== "feed" && change.noun !== "import";
  if (change.noun === "portfolio") return overall.has(noun) || noun === "projects";
  if (change.project_id === null) return false;
  if (overall.has(noun)) return true;
  if (noun === "projects") return id === change.project_id && isPartOf(part, change);
  const isAffected = noun === "gates" || (noun === "documents" && isOfDocuments);
  if (!isAffected) return false;
  // Keyed by their own id; what they showed last says where they belong, with all that is theirs.
  const shown = noun === "gates" ? client.getQueryData([noun, id]) : state.data;
  return !hasPlace(shown) || shown.place.project_id === change.project_id;
}

/** A scan tells of documents, and of work when its ledgers say something new. */
function isPartOf(part: unknown, { noun }: Change): boolean {
  if (noun === "work") return part === "work";
  return isFacts(part) || noun === "document" || (part === "work" && noun === "stage");
}

const facts: readonly unknown[] = [
  "page",
  "facts",
  "transitions",
  "template-news",
  "template-changes",
];

const isFacts = (part: unknown) => facts.includes(part);

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
