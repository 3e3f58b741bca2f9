import type { QueryClient } from "@tanstack/react-query";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";
import { projectsMoved } from "./projects";

export type Progress = Schemas["ProgressOut"];
export type WorkItem = Schemas["WorkItemOut"];
export type WorkStatus = Schemas["Status"];
export type Statement = Schemas["StatementOut"];
export type Contradiction = Schemas["ContradictionOut"];
export type Correction = Schemas["CorrectionOut"];

/** Which items; without any of these, those that belong to no other. */
export type WorkWanted = { search?: string; status?: WorkStatus; parent?: string };

/** How much work stands where by the files, and what was odd about them. */
export const progressQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "work", "progress"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/progress", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
  });

export const workItemsQuery = (projectId: string, wanted: WorkWanted) =>
  infiniteQueryOptions({
    queryKey: ["projects", projectId, "work", "items", wanted],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { next: string | null }) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/work-items", {
          params: {
            path: { project_id: projectId },
            query: { ...asked(wanted), after: pageParam },
          },
          signal,
        }),
      ),
  });

function asked({ search, status, parent }: WorkWanted) {
  return {
    search: search || undefined,
    status: status ? [status] : undefined,
    parent,
    outermost: !search && !status && parent === undefined,
  };
}

/** Ledgers that disagree, in the order of the plan. */
export const contradictionsQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ["projects", projectId, "work", "contradictions"],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { next: string | null }) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/contradictions", {
          params: { path: { project_id: projectId }, query: { after: pageParam, limit: 5 } },
          signal,
        }),
      ),
  });

/** The last corrections, the newest first. */
export const correctionsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "work", "corrections"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/corrections", {
          params: { path: { project_id: projectId }, query: { limit: 20 } },
          signal,
        }),
      ),
  });

export const applyCorrection = (projectId: string, { id, proposal }: Contradiction) =>
  unwrap(
    api.POST("/api/v1/projects/{project_id}/corrections", {
      params: { path: { project_id: projectId } },
      body: { contradiction_id: id, sha256: proposal?.sha256 ?? "" },
    }),
  );

export const undoCorrection = (correctionId: string) =>
  unwrap(
    api.POST("/api/v1/corrections/{correction_id}/undoing", {
      params: { path: { correction_id: correctionId } },
    }),
  );

/** After a correction: the work, and the documents that it may have changed. */
export const workMoved = (client: QueryClient) => projectsMoved(client);
