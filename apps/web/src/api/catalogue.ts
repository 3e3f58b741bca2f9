import type { QueryClient } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";

export type Contact = Schemas["ContactRow"];
export type ContactWithLinks = Schemas["ContactOut"];
export type Application = Schemas["ApplicationOut"];
export type ReferenceItem = Schemas["ReferenceItemOut"];
export type ReferenceKind = Schemas["ReferenceKind"];
export type ServiceRole = Schemas["ServiceRole"];
export type ProjectRole = Schemas["ProjectRole"];
export type Place = Schemas["PlaceOut"];

type ContactFilter = { search: string; active: boolean | null; clientId?: string };

/** Contacts by name, page after page. */
export const contactsQuery = ({ search, active, clientId }: ContactFilter) =>
  infiniteQueryOptions({
    queryKey: ["contacts", "list", { search, active, clientId }],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["Page_ContactRow_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/contacts", {
          params: { query: { search, active, client_id: clientId, after: pageParam } },
          signal,
        }),
      ),
  });

export const contactQuery = (contactId: string) =>
  queryOptions({
    queryKey: ["contacts", "one", contactId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/contacts/{contact_id}", {
          params: { path: { contact_id: contactId } },
          signal,
        }),
      ),
  });

export const contactsOfServiceQuery = (serviceId: string) =>
  queryOptions({
    queryKey: ["contacts", "service", serviceId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/services/{service_id}/contacts", {
          params: { path: { service_id: serviceId } },
          signal,
        }),
      ),
  });

export const contactsOfProjectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["contacts", "project", projectId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/contacts", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
  });

/** The application catalogue by name, page after page. */
export const applicationsQuery = (search: string, clientId?: string) =>
  infiniteQueryOptions({
    queryKey: ["applications", "list", { search, clientId }],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["Page_ApplicationOut_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/applications", {
          params: { query: { search, client_id: clientId, after: pageParam } },
          signal,
        }),
      ),
  });

export const applicationQuery = (applicationId: string) =>
  queryOptions({
    queryKey: ["applications", "one", applicationId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/applications/{application_id}", {
          params: { path: { application_id: applicationId } },
          signal,
        }),
      ),
  });

/** The applications that a project builds or changes. */
export const applicationsOfProjectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["applications", "project", projectId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/applications", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
  });

/** All values of a kind, the retired ones last. */
export const referenceItemsQuery = (kind: ReferenceKind) =>
  queryOptions({
    queryKey: ["reference", kind],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/reference/{kind}", { params: { path: { kind } }, signal })),
  });

/** Clients by name, to choose one of. */
export const clientChoicesQuery = (search: string) =>
  queryOptions({
    queryKey: ["clients", "choices", search],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/clients", { params: { query: { search } }, signal })),
  });

/** Projects by name or key, of one client or of all of them, to choose one of. */
export const projectChoicesQuery = (clientId: string | null, search: string) =>
  queryOptions({
    queryKey: ["projects", "choices", clientId, search],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects", {
          params: { query: { client_id: clientId ? [clientId] : [], search, sort: "name" } },
          signal,
        }),
      ),
  });

/** After any change of contacts, applications or reference data: ask for all that may show it. */
export function catalogueChanged(client: QueryClient): Promise<unknown> {
  const nouns = ["contacts", "applications", "reference"];
  return Promise.all(nouns.map((noun) => client.invalidateQueries({ queryKey: [noun] })));
}
