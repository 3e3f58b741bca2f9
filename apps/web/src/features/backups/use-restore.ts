import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { restore, restoresQuery } from "./queries";

const WATCHED_MS = 1_000;
const LOOKED_AT_MS = 30_000;

export type Starting = ReturnType<typeof useRestore>["starting"];

/** The restore that runs, or the last one, and beginning one. */
export function useRestore() {
  const client = useQueryClient();
  const { data } = useQuery({
    ...restoresQuery,
    // AgentLab starts anew at the end: for a moment nobody answers, which is no error.
    refetchInterval: ({ state }) =>
      state.data?.last?.outcome === "running" ? WATCHED_MS : LOOKED_AT_MS,
    refetchIntervalInBackground: true,
  });
  const starting = useMutation({
    mutationFn: restore,
    onSuccess: (last) =>
      client.setQueryData(restoresQuery.queryKey, (known) => known && { ...known, last }),
  });
  const restored = data?.last?.outcome === "restored" ? data.last.finished_at : null;
  useEffect(() => {
    // Nothing that the browser knows is true any more.
    if (restored)
      client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "restores" });
  }, [restored, client]);
  return { state: data, starting };
}
