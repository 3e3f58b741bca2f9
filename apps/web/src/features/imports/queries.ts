import { queryOptions, useMutation } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { ApiProblem, api, unwrap } from "@/api/client";
import type { Candidate } from "./address";

export type Import = Schemas["ImportOut"];
export type Inspection = Schemas["Inspection"];

/** What an import of a folder would find. It is asked with POST, but changes nothing. */
export const inspectionQuery = (path: string, candidate: Candidate | null) =>
  queryOptions({
    queryKey: ["inspections", path, candidate],
    enabled: path !== "",
    staleTime: 60_000,
    // A window that comes back to the front must not read a large folder again.
    refetchOnWindowFocus: false,
    // Another method of the same folder: the page stays while it is looked at.
    placeholderData: (before: Inspection | undefined, query) =>
      query?.queryKey[1] === path ? before : undefined,
    queryFn: ({ signal }) =>
      unwrap(api.POST("/api/v1/inspections", { body: { path, ...candidate }, signal })),
  });

/** Live updates tell of each step; this is for when they are paused. */
const POLL_MS = 5_000;

/** How far an import is; asked again until it ends. */
export const importQuery = (importId: string) =>
  queryOptions<Import>({
    queryKey: ["imports", importId],
    enabled: importId !== "",
    refetchInterval: ({ state }) => (isOver(state.data, state.error) ? false : POLL_MS),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/imports/{import_id}", {
          params: { path: { import_id: importId } },
          signal,
        }),
      ),
  });

/** A lost connection comes back by itself; an import that does not exist never will. */
function isOver(data: Import | undefined, error: Error | null): boolean {
  const isMissing = error instanceof ApiProblem && error.status === 404;
  return isMissing || data?.state === "done" || data?.state === "failed";
}

/** Asks for an import, of a new project or into one; it then runs in the background. */
export function useStart(projectId: string, onStarted: (importId: string) => void) {
  return useMutation({
    mutationFn: (body: Schemas["ImportIn"]) =>
      unwrap(
        projectId
          ? api.POST("/api/v1/projects/{project_id}/imports", {
              params: { path: { project_id: projectId } },
              body: folderOf(body),
            })
          : api.POST("/api/v1/imports", { body }),
      ),
    onSuccess: ({ id }) => onStarted(id),
  });
}

const folderOf = ({ path, workflow, gates }: Schemas["ImportIn"]): Schemas["FolderIn"] => ({
  path,
  workflow,
  gates,
});
