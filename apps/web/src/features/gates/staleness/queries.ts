import type { QueryClient } from "@tanstack/react-query";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { ApiProblem, api, unwrap } from "@/api/client";
import { projectsMoved } from "@/api/projects";
import type { Choice, Gate } from "../queries";

export type Staleness = Schemas["StalenessOut"];
export type Change = Staleness["changes"][number];

/** How the approval of a gate stands to the texts as they are now. */
export const stalenessQuery = (gateId: string) =>
  queryOptions({
    queryKey: ["gates", gateId, "staleness"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/gates/{gate_id}/staleness", {
          params: { path: { gate_id: gateId } },
          signal,
        }),
      ),
  });

/** What a person does about a change: with what they were shown, and why. */
export type Settling = {
  shown: Staleness;
  reason: string;
  checklist: Choice["checklist"];
};

/** Approves the present texts in one step, bound to the digest of each. */
export function useRenewal(gate: Gate) {
  return useSettling(gate, ({ shown, reason, checklist }) =>
    unwrap(
      api.POST("/api/v1/gates/{gate_id}/approval", {
        params: { path: { gate_id: gate.id } },
        body: {
          reason,
          artefacts: shown.present,
          checklist,
          policy_version: gate.policy.version,
        },
      }),
    ),
  );
}

/** Keeps the approval: exactly these changes do not matter. */
export function useAcceptance(gate: Gate) {
  return useSettling(gate, ({ shown, reason }) =>
    unwrap(
      api.POST("/api/v1/gates/{gate_id}/acceptances", {
        params: { path: { gate_id: gate.id } },
        body: { digest: shown.digest, reason },
      }),
    ),
  );
}

function useSettling(gate: Gate, send: (settling: Settling) => Promise<Staleness>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (staleness) => client.setQueryData(stalenessQuery(gate.id).queryKey, staleness),
    onSettled: (_, error) => settled(client, gate, error),
  });
}

/** A refusal because of other texts was undone with its scan: scan, so that the page has them. */
async function settled(client: QueryClient, gate: Gate, error: unknown): Promise<unknown> {
  if (error instanceof ApiProblem && error.code === "changed_since_shown") {
    const project_id = gate.place.project_id;
    await api.POST("/api/v1/projects/{project_id}/scans", { params: { path: { project_id } } });
  }
  return projectsMoved(client);
}
