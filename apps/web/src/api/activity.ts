import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";

export type Activity = Schemas["ActivityOut"];
export type ActivityKind = Schemas["ActivityKind"];
export type ActivityActor = Schemas["ActorOut"];

/** Which part of the feed; days are the reader's own. */
export type ActivityFilters = {
  client_id?: string;
  project_id?: string;
  actor_id?: string;
  kind?: ActivityKind[];
  from?: string;
  to?: string;
};

const read =
  (query: ActivityFilters & { limit?: number; after?: string; newer_than?: number }) =>
  (signal: AbortSignal) =>
    unwrap(api.GET("/api/v1/activity", { params: { query }, signal }));

/** The feed, newest first, page after page. What comes later is announced, and not put in by itself. */
export const activityFeedQuery = (filters: ActivityFilters) =>
  infiniteQueryOptions({
    queryKey: ["activity", "feed", filters],
    gcTime: 0, // each visit begins with what is news then
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: "",
    getNextPageParam: (page: Schemas["ActivityPage"]) => page.next,
    queryFn: ({ pageParam, signal }) => read({ ...filters, after: pageParam || undefined })(signal),
  });

/** How many came after this entry, at most 100. Asked again whenever something changes. */
export const activityNewsQuery = (filters: ActivityFilters, newest: number) =>
  queryOptions({
    queryKey: ["activity", "news", filters, newest],
    gcTime: 0,
    queryFn: async ({ signal }) =>
      (await read({ ...filters, newer_than: newest, limit: 100 })(signal)).items.length,
  });

/** The last few of a project, or of everything. */
export const recentActivityQuery = (projectId?: string) =>
  queryOptions({
    queryKey: ["activity", "recent", projectId ?? "all"],
    queryFn: ({ signal }) => read({ project_id: projectId, limit: 6 })(signal),
  });

/** Says up to where one has seen the feed. */
export const lookAtActivity = (at: string) =>
  unwrap(api.PUT("/api/v1/activity/looked", { body: { at } }));
