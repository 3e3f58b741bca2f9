import type { QueryClient } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, ifMatch, unwrap } from "./client";

export type Client = Schemas["ClientOut"];
export type Service = Schemas["ServiceOut"];
export type ProjectFacts = Schemas["ProjectFacts"];
export type ProjectStatus = Schemas["ProjectStatus"];
export type Transition = Schemas["TransitionOut"];
export type Binned = Schemas["BinnedOut"];
export type Deletion = Schemas["Deletion"];
export type ReferenceKind = Schemas["ReferenceKind"];
export type Place = { id: string; name: string };
/** What a project is in, and the project. */
export type Level = "client" | "service" | "project";
/** What is deleted through the bin. */
export type Deletable = Schemas["Deletable"];

export const clientQuery = (clientId: string) =>
  queryOptions({
    queryKey: ["clients", clientId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/clients/{client_id}", {
          params: { path: { client_id: clientId } },
          signal,
        }),
      ),
  });

export const serviceQuery = (serviceId: string) =>
  queryOptions({
    queryKey: ["services", serviceId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/services/{service_id}", {
          params: { path: { service_id: serviceId } },
          signal,
        }),
      ),
  });

/** What people say about a project, as it is edited; the rest is on its page. */
export const factsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "facts"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/facts", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
  });

type ClientFilter = { search: string; domain_id: string | undefined; include_archived: boolean };

/** Clients by name, page after page. */
export const clientsQuery = (filter: ClientFilter) =>
  infiniteQueryOptions({
    queryKey: ["clients", "list", filter],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["Page_ClientOut_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/clients", { params: { query: { ...filter, after: pageParam } }, signal }),
      ),
  });

/** Clients to choose from: those whose names hold what was typed. */
export const clientsNamedQuery = (search: string) =>
  queryOptions({
    queryKey: ["clients", "named", search],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/clients", { params: { query: { search } }, signal })),
  });

/** Services of a client to choose from. */
export const servicesNamedQuery = (clientId: string, search: string) =>
  queryOptions({
    queryKey: ["services", "named", clientId, search],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/services", {
          params: { query: { client_id: clientId, search } },
          signal,
        }),
      ),
  });

/** A client's services, page after page; the archived ones too. */
export const servicesQuery = (clientId: string) =>
  infiniteQueryOptions({
    queryKey: ["services", "of", clientId],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["Page_ServiceOut_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/services", {
          params: {
            query: { client_id: clientId, include_archived: true, after: pageParam },
          },
          signal,
        }),
      ),
  });

/** Without them a list leaves the archived projects out. */
const every: ProjectStatus[] = ["draft", "active", "blocked", "completed", "archived"];

/** A service's projects, page after page; the archived ones too. */
export const projectsOfServiceQuery = (serviceId: string) =>
  infiniteQueryOptions({
    queryKey: ["services", serviceId, "projects"],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["Page_ListedProject_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/projects", {
          params: {
            query: { service_id: [serviceId], status: every, sort: "name", after: pageParam },
          },
          signal,
        }),
      ),
  });

/** Who may work for a client, by name: the people who can own a project in it. */
export const peopleOfClientQuery = (clientId: string, search: string) =>
  queryOptions({
    queryKey: ["clients", clientId, "people", search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/clients/{client_id}/people", {
          params: { path: { client_id: clientId }, query: { search } },
          signal,
        }),
      ),
  });

/** The values that administrators offer for a field. */
export const referenceQuery = (kind: ReferenceKind) =>
  queryOptions({
    queryKey: ["reference", kind],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/reference/{kind}", { params: { path: { kind } }, signal })),
  });

/** A free key for a project of this name. */
export const keySuggestionQuery = (name: string) =>
  queryOptions({
    queryKey: ["key-suggestion", name],
    enabled: name !== "",
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/project-keys/suggestion", { params: { query: { name } }, signal })),
  });

type Pages = { limit?: number; after: string | null };

/** When it changed its state or place, the newest first. */
export const transitionsQuery = (level: Level, id: string) =>
  infiniteQueryOptions({
    queryKey: [`${level}s`, id, "transitions"],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["Page_TransitionOut_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(fetchTransitions(level, id, { limit: 10, after: pageParam }, signal)),
  });

function fetchTransitions(level: Level, id: string, query: Pages, signal: AbortSignal) {
  if (level === "client") {
    const params = { path: { client_id: id }, query };
    return api.GET("/api/v1/clients/{client_id}/transitions", { params, signal });
  }
  if (level === "service") {
    const params = { path: { service_id: id }, query };
    return api.GET("/api/v1/services/{service_id}/transitions", { params, signal });
  }
  const params = { path: { project_id: id }, query };
  return api.GET("/api/v1/projects/{project_id}/transitions", { params, signal });
}

/** How much goes with it when it is deleted. */
export const deletionQuery = (from: Deletable | "bin", id: string) =>
  queryOptions({
    queryKey: ["deletion", from, id],
    staleTime: 0,
    queryFn: ({ signal }) => unwrap(deletionOf[from](id, signal)),
  });

const deletionOf = {
  client: (id, signal) =>
    api.GET("/api/v1/clients/{client_id}/deletion", {
      params: { path: { client_id: id } },
      signal,
    }),
  service: (id, signal) =>
    api.GET("/api/v1/services/{service_id}/deletion", {
      params: { path: { service_id: id } },
      signal,
    }),
  project: (id, signal) =>
    api.GET("/api/v1/projects/{project_id}/deletion", {
      params: { path: { project_id: id } },
      signal,
    }),
  contact: (id, signal) =>
    api.GET("/api/v1/contacts/{contact_id}/deletion", {
      params: { path: { contact_id: id } },
      signal,
    }),
  application: (id, signal) =>
    api.GET("/api/v1/applications/{application_id}/deletion", {
      params: { path: { application_id: id } },
      signal,
    }),
  bin: (id, signal) =>
    api.GET("/api/v1/bin/{binned_id}/deletion", { params: { path: { binned_id: id } }, signal }),
} satisfies Record<Deletable | "bin", (id: string, signal: AbortSignal) => unknown>;

/** What was typed, and why it is deleted. */
type Said = { name: string; reason?: string };

const deleting = {
  client: (id, query, version) =>
    api.DELETE("/api/v1/clients/{client_id}", {
      params: { path: { client_id: id }, query },
      headers: ifMatch(version),
    }),
  service: (id, query, version) =>
    api.DELETE("/api/v1/services/{service_id}", {
      params: { path: { service_id: id }, query },
      headers: ifMatch(version),
    }),
  project: (id, query, version) =>
    api.DELETE("/api/v1/projects/{project_id}", {
      params: { path: { project_id: id }, query },
      headers: ifMatch(version),
    }),
  contact: (id, query, version) =>
    api.DELETE("/api/v1/contacts/{contact_id}", {
      params: { path: { contact_id: id }, query },
      headers: ifMatch(version),
    }),
  application: (id, query, version) =>
    api.DELETE("/api/v1/applications/{application_id}", {
      params: { path: { application_id: id }, query },
      headers: ifMatch(version),
    }),
  bin: (id, { name }) =>
    api.DELETE("/api/v1/bin/{binned_id}", { params: { path: { binned_id: id }, query: { name } } }),
} satisfies Record<Deletable | "bin", (id: string, query: Said, version: number) => unknown>;

/** Into the bin, or for good out of it, which nothing tells of afterwards. */
export const remove = (from: Deletable | "bin", id: string, said: Said, version: number) =>
  unwrap(deleting[from](id, said, version));

/** Out of the bin, under another name if need be. */
export const restore = (id: string, name: string | null = null, reason = "") =>
  unwrap(
    api.POST("/api/v1/bin/{binned_id}/restoration", {
      params: { path: { binned_id: id } },
      body: { name, reason },
    }),
  );

/** What was deleted and can be restored, the last first. */
export const binQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ["bin", search],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["Page_BinnedOut_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET("/api/v1/bin", { params: { query: { search, after: pageParam } }, signal })),
  });

/** After a change to the portfolio's levels: ask for all that may show it. */
export function levelsChanged(client: QueryClient): Promise<unknown> {
  const nouns = [
    "portfolio",
    "clients",
    "services",
    "projects",
    "contacts",
    "applications",
    "bin",
    "gates",
    "documents",
    "inbox",
  ];
  return Promise.all(nouns.map((noun) => client.invalidateQueries({ queryKey: [noun] })));
}
