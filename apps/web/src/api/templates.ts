import type { QueryClient } from "@tanstack/react-query";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";
import { projectsMoved, templateSourceAddress } from "./projects";

export type TemplateRow = Schemas["TemplateRow"];
export type Template = Schemas["TemplatePage"];
export type TemplateVersion = Schemas["TemplateVersion"];
export type TemplateComparison = Schemas["TemplateComparison"];
export type TemplateNews = Schemas["TemplateNews"];
export type ChangeProposed = Schemas["ChangeProposed"];
export type TemplateChange = Schemas["TemplateChangeOut"];
export type StageStep = Schemas["StageStep"];
export type FieldChanged = Schemas["FieldChanged"];

type Filter = { search: string; archived: boolean };

/** The library by name, page after page. */
export const templatesQuery = ({ search, archived }: Filter) =>
  infiniteQueryOptions({
    queryKey: ["templates", "list", { search, archived }],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Schemas["Page_TemplateRow_"]) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/templates", {
          params: { query: { search, archived, after: pageParam } },
          signal,
        }),
      ),
  });

/** Templates to choose one of: those whose names hold what was typed. */
export const templateChoicesQuery = (search: string) =>
  queryOptions({
    queryKey: ["templates", "choices", search],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/templates", { params: { query: { search } }, signal })),
  });

export const templateQuery = (templateId: string) =>
  queryOptions({
    queryKey: ["templates", "one", templateId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/templates/{template_id}", {
          params: { path: { template_id: templateId } },
          signal,
        }),
      ),
  });

/** The source as text; what is not UTF-8 in it is replaced. Its bytes are a download. */
export const templateSourceQuery = (templateId: string) =>
  queryOptions({
    queryKey: ["templates", "source", templateId],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const { data } = await api.GET("/api/v1/templates/{template_id}/source", {
        params: { path: { template_id: templateId } },
        parseAs: "text",
        signal,
      });
      return String(data ?? "");
    },
  });

export const comparisonQuery = (before: string, after: string) =>
  queryOptions({
    queryKey: ["templates", "comparison", before, after],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/templates/{template_id}/comparison", {
          params: { path: { template_id: after }, query: { against: before } },
          signal,
        }),
      ),
  });

/** Whether the project's folder, or the library, has another version of its template. */
export const templateNewsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "template-news"],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/template-news", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
  });

export const templateChangesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "template-changes"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/template-changes", {
          params: { path: { project_id: projectId }, query: { limit: 10 } },
          signal,
        }),
      ),
  });

/** Which template a project goes over to: one of the library, else what its folder holds. */
export type Wanted = Omit<Schemas["TemplateChangeIn"], "digest">;

/** The workflows of all methods that a folder holds. */
export const folderWorkflowsQuery = (path: string) =>
  queryOptions({
    queryKey: ["templates", "folder", path],
    staleTime: 30_000,
    retry: false,
    queryFn: async ({ signal }) => {
      const inspect = (body: Schemas["InspectionIn"]) =>
        unwrap(api.POST("/api/v1/inspections", { body, signal }));
      const { candidates } = await inspect({ path });
      const found = await Promise.all(
        candidates.map(async ({ method, generation }) => {
          const { workflows } = await inspect({ path, method, generation });
          return workflows.map(({ key, name }) => ({ method, generation, workflow: key, name }));
        }),
      );
      return found.flat();
    },
  });

/** What a change would do. Changes nothing. */
export const proposalQuery = (projectId: string, wanted: Wanted) =>
  queryOptions({
    queryKey: ["projects", projectId, "template-proposal", wanted],
    staleTime: 0,
    gcTime: 0,
    retry: false,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/template-changes/proposal", {
          params: {
            path: { project_id: projectId },
            query: wanted,
          },
          signal,
        }),
      ),
  });

export const validationQuery = (source: string) =>
  queryOptions({
    queryKey: ["templates", "validation", source],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
    enabled: source.trim() !== "",
    queryFn: ({ signal }) =>
      unwrap(api.POST("/api/v1/templates/validation", { body: { source }, signal })),
  });

/** After anything that changes the library or a project's template. */
export async function templatesChanged(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: ["templates"] }), projectsMoved(client)]);
}

export const templateExampleAddress = "/api/v1/templates/example";
export { templateSourceAddress };
