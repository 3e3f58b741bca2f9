import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";
import type { Client, ProjectFacts, Service } from "@/api/levels";
import { clientQuery, factsQuery, levelsChanged, serviceQuery } from "@/api/levels";
import type { Read } from "../edit-conflict/use-guarded-save";

export type ClientValues = { name: string; domain_id: string | null; cost_of_delay: string };
export type ServiceValues = { name: string; description: string; category_ids: readonly string[] };
export type ProjectValues = {
  name: string;
  key: string;
  description: string;
  type: Schemas["ProjectType"];
  implementation_type_id: string | null;
  user_category_ids: readonly string[];
  owner_id: string | null;
};

const idsOf = (labels: readonly { id: string }[]) => labels.map(({ id }) => id).toSorted();
const versionOf = (read: Client | Service | ProjectFacts) => ({
  version: read.version,
  by: read.updated_by?.name ?? null,
});

export const readOfClient = (client: Client): Read<ClientValues> => ({
  values: {
    name: client.name,
    domain_id: client.domain?.id ?? null,
    cost_of_delay: String(client.cost_of_delay),
  },
  ...versionOf(client),
});

export const readOfService = (service: Service): Read<ServiceValues> => ({
  values: {
    name: service.name,
    description: service.description,
    category_ids: idsOf(service.categories),
  },
  ...versionOf(service),
});

export const readOfProject = (facts: ProjectFacts): Read<ProjectValues> => ({
  values: {
    name: facts.name,
    key: facts.key,
    description: facts.description,
    type: facts.type,
    implementation_type_id: facts.implementation_type?.id ?? null,
    user_category_ids: idsOf(facts.user_categories),
    owner_id: facts.owner?.id ?? null,
  },
  ...versionOf(facts),
});

/** For `useGuardedSave`: how a client is read again and written. */
export function useClientEditing(clientId: string) {
  const client = useQueryClient();
  return {
    readAgain: async () =>
      readOfClient(await client.fetchQuery({ ...clientQuery(clientId), staleTime: 0 })),
    write: ({ cost_of_delay, ...changes }: Partial<ClientValues>, version: number) =>
      unwrap(
        api.PATCH("/api/v1/clients/{client_id}", {
          params: { path: { client_id: clientId }, header: ifMatch(version) },
          body: { ...changes, ...(cost_of_delay && { cost_of_delay: Number(cost_of_delay) }) },
        }),
      ).finally(() => levelsChanged(client)),
  };
}

export function useServiceEditing(serviceId: string) {
  const client = useQueryClient();
  return {
    readAgain: async () =>
      readOfService(await client.fetchQuery({ ...serviceQuery(serviceId), staleTime: 0 })),
    write: ({ category_ids, ...changes }: Partial<ServiceValues>, version: number) =>
      unwrap(
        api.PATCH("/api/v1/services/{service_id}", {
          params: { path: { service_id: serviceId }, header: ifMatch(version) },
          body: { ...changes, ...(category_ids && { category_ids: [...category_ids] }) },
        }),
      ).finally(() => levelsChanged(client)),
  };
}

export function useProjectEditing(projectId: string) {
  const client = useQueryClient();
  return {
    readAgain: async () =>
      readOfProject(await client.fetchQuery({ ...factsQuery(projectId), staleTime: 0 })),
    write: ({ user_category_ids, ...changes }: Partial<ProjectValues>, version: number) =>
      unwrap(
        api.PATCH("/api/v1/projects/{project_id}", {
          params: { path: { project_id: projectId }, header: ifMatch(version) },
          body: {
            ...changes,
            ...(user_category_ids && { user_category_ids: [...user_category_ids] }),
          },
        }),
      ).finally(() => levelsChanged(client)),
  };
}

export function useClientCreation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ cost_of_delay, ...body }: ClientValues) =>
      unwrap(
        api.POST("/api/v1/clients", { body: { ...body, cost_of_delay: Number(cost_of_delay) } }),
      ),
    onSuccess: () => levelsChanged(client),
  });
}

export function useServiceCreation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ category_ids, ...body }: ServiceValues & { client_id: string }) =>
      unwrap(api.POST("/api/v1/services", { body: { ...body, category_ids: [...category_ids] } })),
    onSuccess: () => levelsChanged(client),
  });
}

export function useProjectCreation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ user_category_ids, key, ...body }: ProjectValues & { service_id: string }) =>
      unwrap(
        api.POST("/api/v1/projects", {
          body: { ...body, key: key || null, user_category_ids: [...user_category_ids] },
        }),
      ),
    onSuccess: () => levelsChanged(client),
  });
}
