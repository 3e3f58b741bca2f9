import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, unwrap } from "@/api/client";
import { endOfDay, startOfDay } from "@/lib/days";

export type Entry = Schemas["AuditEntryOut"];
export type Verification = Schemas["VerificationOut"];
export type ActorKind = Schemas["ActorKind"];

export const FILTERS = [
  "search",
  "noun",
  "by",
  "client",
  "actor",
  "subject",
  "project",
  "request",
  "from",
  "to",
] as const;

export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export const NOUNS = [
  "client",
  "service",
  "project",
  "contact",
  "application",
  "reference_item",
  "spreadsheet",
  "import",
  "template",
  "stage",
  "gate",
  "submission",
  "decision",
  "thread",
  "inbox",
  "user",
  "session",
  "identity",
  "api_token",
  "refresh_token",
  "privacy",
  "retention",
  "backup",
  "incident",
  "maintenance",
] as const;

export const ACTOR_KINDS = ["person", "agent", "system"] as const satisfies readonly ActorKind[];

const isActorKind = (kind: string | undefined): kind is ActorKind =>
  (ACTOR_KINDS as readonly (string | undefined)[]).includes(kind);

/** What the API is asked for; days are those of the reader's time zone. */
export const asked = (
  { search, noun, by, client, actor, subject, project, request, from, to }: Filters,
  zone: string,
) => ({
  search: search || undefined,
  action: noun ? `${noun}.` : undefined,
  actor_kind: isActorKind(by) ? by : undefined,
  actor_id: actor || undefined,
  subject_id: subject || undefined,
  client_id: client || undefined,
  project_id: project || undefined,
  request_id: request || undefined,
  from: startOfDay(from, zone),
  to: endOfDay(to, zone),
});

export const entriesQuery = (filters: Filters, zone: string) =>
  infiniteQueryOptions({
    queryKey: ["audit", "entries", filters, zone],
    initialPageParam: "",
    getNextPageParam: (page: Schemas["Page_AuditEntryOut_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/audit/entries", {
          params: { query: { ...asked(filters, zone), after: pageParam || undefined } },
          signal,
        }),
      ),
  });

/** Everything that matches, as a file. */
export function exportAddress(filters: Filters, zone: string, format: "csv" | "jsonl"): string {
  const given = Object.entries(asked(filters, zone)).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given as [string, string][]).toString();
  return `/api/v1/audit/entries.${format}${query && `?${query}`}`;
}

const POLL_MS = 1_000;

export const verificationQuery = queryOptions({
  queryKey: ["audit", "verification"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/audit/verification", { signal })),
  refetchInterval: ({ state }) => (state.data?.last && !state.data.last.ended_at ? POLL_MS : false),
});

export const retentionQuery = queryOptions({
  queryKey: ["audit", "retention"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/audit/retention", { signal })),
});

export const verify = () => unwrap(api.POST("/api/v1/audit/verification"));
