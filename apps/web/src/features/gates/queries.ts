import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";
import { projectsMoved } from "@/api/projects";
import { attentionTo } from "./attention";
import { newestOf } from "./can";

export type Gate = Schemas["GateOut"];
export type Submission = Schemas["SubmissionOut"];
export type Decision = Schemas["DecisionOut"];
export type Policy = Schemas["PolicyOut"];

/** Live updates tell when a decision's file is written; this is for when they are paused. */
const POLL_MS = 15_000;

/** A gate. While a decision's file is still to be written it is asked for again. */
export const gateQuery = (gateId: string) =>
  queryOptions({
    queryKey: ["gates", gateId],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/gates/{gate_id}", { params: { path: { gate_id: gateId } }, signal })),
    refetchInterval: ({ state }) => {
      const decision = state.data && newestOf(state.data)?.decision;
      return !decision?.file || decision.file.written_at || state.error ? false : POLL_MS;
    },
  });

export type Choice = Pick<
  Schemas["DecisionIn"],
  "verdict" | "reason" | "checklist" | "policy_version"
> & {
  /** What the person had in front of them. */
  submission: Submission;
};

/** Decides a submission, bound to the digest of every text that it shows. */
export function useDecision() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ submission, ...choice }: Choice) =>
      unwrap(
        api.POST("/api/v1/submissions/{submission_id}/decision", {
          params: { path: { submission_id: submission.id } },
          body: {
            ...choice,
            attention: attentionTo(submission),
            artefacts: submission.artefacts.map(({ document_id, sha256 }) => ({
              document_id,
              sha256,
            })),
          },
        }),
      ),
    onSuccess: (gate) => client.setQueryData(gateQuery(gate.id).queryKey, gate),
    // After a refusal too: somebody was faster, or a text has changed.
    onSettled: () => projectsMoved(client),
  });
}

/** Who could be named at a gate, by name. */
export const candidatesQuery = (gateId: string, search: string) =>
  queryOptions({
    queryKey: ["gates", gateId, "candidates", search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/gates/{gate_id}/candidates", {
          params: { path: { gate_id: gateId }, query: { search } },
          signal,
        }),
      ),
  });

/** For `useGuardedSave`: how the policy of a gate is read again and written. */
export function usePolicyEditing(gateId: string) {
  const client = useQueryClient();
  return {
    readAgain: async () => {
      const gate = await client.fetchQuery({ ...gateQuery(gateId), staleTime: 0 });
      return gate.policy;
    },
    write: (body: Schemas["PolicyIn"], version: number) =>
      unwrap(
        api.PUT("/api/v1/gates/{gate_id}/policy", {
          params: { path: { gate_id: gateId }, header: ifMatch(version) },
          body,
        }),
      ).finally(() => projectsMoved(client)),
  };
}
