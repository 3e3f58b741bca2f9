import { useQueryClient } from "@tanstack/react-query";
import { projectQuery } from "@/api/projects";

/** Before it is opened: whoever points at a project will probably go there. */
export function useProjectPrefetch(): (projectId: string) => void {
  const client = useQueryClient();
  return (projectId) => {
    client.prefetchQuery({ ...projectQuery(projectId), staleTime: 30_000 });
  };
}
