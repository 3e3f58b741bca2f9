import type { QueryClient } from "@tanstack/react-query";
import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";

export type Project = Schemas["ProjectPage"];
export type Stage = Schemas["StageOnPage"];

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "page"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
  });

/** Which project has a key. */
export const projectOfKeyQuery = (key: string) =>
  queryOptions({
    queryKey: ["projects", "by-key", key],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/projects/by-key/{key}", { params: { path: { key } }, signal })),
  });

/** After anything that moves a stage or brings other texts: ask for all that may show it. */
export function projectsMoved(client: QueryClient): Promise<unknown> {
  const nouns = ["portfolio", "projects", "gates", "documents", "inbox"];
  return Promise.all(nouns.map((noun) => client.invalidateQueries({ queryKey: [noun] })));
}

/** A template's source, byte for byte, as a download. */
export const templateSourceAddress = (templateId: string) =>
  `/api/v1/templates/${templateId}/source`;
