import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { projectsMoved } from "@/api/projects";

/** Says that a gate's stage is ready for review. */
export function useSubmission(gateId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (note: string) =>
      unwrap(
        api.POST("/api/v1/gates/{gate_id}/submissions", {
          params: { path: { gate_id: gateId } },
          body: { note },
        }),
      ),
    // After a refusal too: what was on the screen is not what is.
    onSettled: () => projectsMoved(client),
  });
}

/** Takes a submission back before anybody decided it. */
export function useWithdrawal(submissionId: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/submissions/{submission_id}/withdrawal", {
          params: { path: { submission_id: submissionId ?? "" } },
        }),
      ),
    onSettled: () => projectsMoved(client),
  });
}
