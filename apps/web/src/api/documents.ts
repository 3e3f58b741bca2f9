import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";

export type DocumentSummary = Schemas["DocumentSummary"];
export type DocumentWithText = Schemas["DocumentOut"];

/** A document with one version's text; the newest one by default. */
export const documentQuery = (documentId: string, version?: number) =>
  queryOptions({
    queryKey: ["documents", documentId, version ?? "newest"],
    // A version is immutable; what may change around it is asked for again on each visit.
    staleTime: version === undefined ? 5_000 : 60_000,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/documents/{document_id}", {
          params: { path: { document_id: documentId }, query: { version } },
          signal,
        }),
      ),
  });

/** A project's documents by path, page after page; `search` looks in titles and paths. */
export const documentsQuery = (projectId: string, search: string) =>
  infiniteQueryOptions({
    queryKey: ["projects", projectId, "documents", search],
    initialPageParam: "",
    getNextPageParam: (page: Schemas["DocumentPage"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/documents", {
          params: { path: { project_id: projectId }, query: { after: pageParam, search } },
          signal,
        }),
      ),
  });

/** The id of the document at exactly this path; null when there is none. */
export const documentAtPathQuery = (projectId: string, path: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "document-at", path],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<string | null> => {
      const page = await unwrap(
        api.GET("/api/v1/projects/{project_id}/documents", {
          params: { path: { project_id: projectId }, query: { search: path.slice(0, 200) } },
          signal,
        }),
      );
      return page.items.find((document) => document.path === path)?.id ?? null;
    },
  });

/** The bytes of a version, as a download. */
export const contentAddress = (documentId: string, version: number) =>
  `/api/v1/documents/${documentId}/versions/${version}/content`;
