import type { QueryClient } from "@tanstack/react-query";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, unwrap } from "@/api/client";

export type Published = Schemas["PublishedOut"];
export type Component = Schemas["ComponentOut"];
export type Incident = Schemas["IncidentOut"];
export type Maintenance = Schemas["MaintenanceOut"];
export type WordsIn = Schemas["WordsIn"];
export type MaintenanceIn = Schemas["MaintenanceIn"];

/** As often as the prober looks. */
const LOOKED_AT_MS = 15_000;

const queryKey = ["status-page"];

export const statusPageQuery = queryOptions({
  queryKey,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/status-page", { signal })),
  refetchInterval: ({ state }) => (state.data?.page === null ? false : LOOKED_AT_MS),
});

/** Also after a refusal: somebody else may have been faster. */
const renewed = (client: QueryClient) => ({
  onSettled: () => client.invalidateQueries({ queryKey }),
});

export const useExplanation = (incident: Incident) =>
  useMutation({
    mutationFn: (body: WordsIn) =>
      unwrap(
        api.POST("/api/v1/status-page/incidents/{incident_id}/words", {
          params: { path: { incident_id: incident.id } },
          body,
        }),
      ),
    ...renewed(useQueryClient()),
  });

export const usePlan = () =>
  useMutation({
    mutationFn: (body: MaintenanceIn) =>
      unwrap(api.POST("/api/v1/status-page/maintenances", { body })),
    ...renewed(useQueryClient()),
  });

export const useCancellation = () =>
  useMutation({
    mutationFn: ({ id }: Maintenance) =>
      unwrap(
        api.DELETE("/api/v1/status-page/maintenances/{maintenance_id}", {
          params: { path: { maintenance_id: id } },
        }),
      ),
    ...renewed(useQueryClient()),
  });
