import type { QueryClient } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";
import type { operations } from "./generated/schema";

export type Dashboard = Schemas["Dashboard"];
export type ListedProject = Schemas["ListedProject"];
export type SavedView = Schemas["ViewOut"];
export type Found = Schemas["Found"];
export type BulkRequest = Schemas["BulkIn"];
export type BulkUndo = Schemas["BulkUndo"];
export type ProjectFilters = NonNullable<operations["get_dashboard"]["parameters"]["query"]>;

/** The first page comes with everything that is counted beside it; the others are rows alone. */
type Part = { projects: Dashboard["projects"]; dashboard: Dashboard | null };

/** While other filters are asked for, what was there stays. */
export const dashboardQuery = (filters: ProjectFilters) =>
  infiniteQueryOptions({
    queryKey: ["portfolio", "dashboard", filters],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }): Promise<Part> =>
      pageParam === null ? firstPart(filters, signal) : nextPart(filters, pageParam, signal),
    getNextPageParam: ({ projects }) => projects.next,
    placeholderData: keepPreviousData,
  });

async function firstPart(filters: ProjectFilters, signal: AbortSignal): Promise<Part> {
  const dashboard = await unwrap(
    api.GET("/api/v1/dashboard", { params: { query: filters }, signal }),
  );
  return { projects: dashboard.projects, dashboard };
}

async function nextPart(
  filters: ProjectFilters,
  after: string,
  signal: AbortSignal,
): Promise<Part> {
  const query = { ...filters, after };
  const projects = await unwrap(api.GET("/api/v1/projects", { params: { query }, signal }));
  return { projects, dashboard: null };
}

/** All of them as a file; the browser saves it. */
export function exportAddress(filters: ProjectFilters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    for (const one of [value].flat()) if (one != null && one !== "") query.append(name, `${one}`);
  }
  return `/api/v1/projects.csv?${query}`;
}

export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/views", { signal })),
});

/** What can be gone to by name; documents of the project at hand first. */
export const quickSearchQuery = (search: string, projectId: string | null) =>
  queryOptions({
    queryKey: ["search", "quick", search, projectId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/search/quick", {
          params: { query: { q: search, project_id: projectId } },
          signal,
        }),
      ),
    enabled: search !== "",
    placeholderData: keepPreviousData,
  });

/** Services by a part of their name, for choosing where projects go. */
export const servicesQuery = (search: string) =>
  queryOptions({
    queryKey: ["portfolio", "services", search],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/services", { params: { query: { search, limit: 20 } }, signal })),
    placeholderData: keepPreviousData,
  });

/** What is known of a project before its page has come. */
export type FirstSight = Pick<ListedProject, "name"> & Partial<ListedProject>;

/** A project as whatever was on the way here showed it: a list, or what was found by its name. */
export function firstSightOf(client: QueryClient, projectId: string): FirstSight | null {
  const lists = client.getQueriesData<{ pages?: Part[] }>({ queryKey: ["portfolio", "dashboard"] });
  const searches = client.getQueriesData<{ items: Found[] }>({ queryKey: ["search", "quick"] });
  const rows = lists.flatMap(([, data]) => data?.pages ?? []).flatMap((one) => one.projects.items);
  const found = searches.flatMap(([, data]) => data?.items ?? []);
  return [...rows, ...found].find(({ id }) => id === projectId) ?? null;
}
