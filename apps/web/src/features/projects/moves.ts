import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, unwrap } from "@/api/client";
import { projectsMoved } from "@/api/projects";

export function useScan(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/projects/{project_id}/scans", {
          params: { path: { project_id: projectId } },
        }),
      ),
    onSettled: () => projectsMoved(client),
  });
}

/** Looks for the project's files in another folder from now on. */
export function useFolderMove(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["FolderMove"]) =>
      unwrap(
        api.PUT("/api/v1/projects/{project_id}/workspace", {
          params: { path: { project_id: projectId } },
          body,
        }),
      ),
    onSettled: () => projectsMoved(client),
  });
}

export function useCompletion(stageId: string) {
  const client = useQueryClient();
  return useMutation({
    /** Why the work goes on although rounds are open; nothing when none is. */
    mutationFn: (despiteOpen: string | undefined) =>
      unwrap(
        api.POST("/api/v1/stages/{stage_id}/completion", {
          params: { path: { stage_id: stageId } },
          body: despiteOpen === undefined ? null : { despite_open: despiteOpen },
        }),
      ),
    onSettled: () => projectsMoved(client),
  });
}

export function useSkip(stageId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) =>
      unwrap(
        api.POST("/api/v1/stages/{stage_id}/skip", {
          params: { path: { stage_id: stageId } },
          body: { reason },
        }),
      ),
    onSettled: () => projectsMoved(client),
  });
}

export function useReopening(stageId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) =>
      unwrap(
        api.POST("/api/v1/stages/{stage_id}/reopening", {
          params: { path: { stage_id: stageId } },
          body: { reason },
        }),
      ),
    onSettled: () => projectsMoved(client),
  });
}

type Said<Value> = { value: Value; note: string; replaces: string | null };

/** Says whether a stage's condition holds. */
export function useAnswer(stageId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ value, note, replaces }: Said<boolean>) =>
      unwrap(
        api.PUT("/api/v1/stages/{stage_id}/answer", {
          params: { path: { stage_id: stageId } },
          body: { holds: value, note, replaces },
        }),
      ),
    onSettled: () => projectsMoved(client),
  });
}

/** Chooses the route by which the work goes on. */
export function useRoute(stageId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ value, note, replaces }: Said<string>) =>
      unwrap(
        api.PUT("/api/v1/stages/{stage_id}/route", {
          params: { path: { stage_id: stageId } },
          body: { route: value, note, replaces },
        }),
      ),
    onSettled: () => projectsMoved(client),
  });
}

/** Starts a stage beside the current one. */
export function useStart(stageId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/stages/{stage_id}/start", { params: { path: { stage_id: stageId } } }),
      ),
    onSettled: () => projectsMoved(client),
  });
}
