import { useMutation, useQueryClient } from "@tanstack/react-query";
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

export function useCompletion(stageId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/stages/{stage_id}/completion", {
          params: { path: { stage_id: stageId } },
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
