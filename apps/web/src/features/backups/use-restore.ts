import type { QueryClient } from "@tanstack/react-query";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { confirmSession, sessionKey } from "@/api/session";
import type { Restores } from "./queries";
import { backupsQuery, restore, restoresQuery } from "./queries";

const WATCHED_MS = 1_000;
const LOOKED_AT_MS = 30_000;

export type Starting = ReturnType<typeof useRestore>["starting"];

/** The restore that runs, or the last one, and beginning one. */
export function useRestore() {
  const client = useQueryClient();
  const isWatched = runs(client.getQueryData(restoresQuery.queryKey));
  const { data } = useQuery({
    ...restoresQuery,
    // AgentLab starts anew at the end: for a moment nobody answers, which is no error.
    refetchInterval: ({ state }) => (runs(state.data) ? WATCHED_MS : LOOKED_AT_MS),
    refetchIntervalInBackground: isWatched,
  });
  const starting = useMutation({
    mutationFn: restore,
    onSuccess: (last) =>
      client.setQueryData(restoresQuery.queryKey, (known) => known && { ...known, last }),
  });
  const outcome = data?.last?.outcome;
  const before = useRef(outcome);
  useEffect(() => {
    const was = before.current;
    before.current = outcome;
    if (was === outcome) return;
    if (was === "running" && outcome === "restored") void everythingIsAnother(client);
    else if (was === "running" || outcome === "running") {
      void client.invalidateQueries({ queryKey: backupsQuery.queryKey });
    }
  }, [outcome, client]);
  return { state: data, isRunning: runs(data), starting };
}

const runs = (restores: Restores | undefined) => restores?.last?.outcome === "running";

/** Nothing that the browser knows is true any more; perhaps not even who is signed in. */
async function everythingIsAnother(client: QueryClient): Promise<void> {
  await confirmSession(client);
  const kept: unknown[] = [restoresQuery.queryKey[0], sessionKey[0]];
  await client.invalidateQueries({ predicate: ({ queryKey }) => !kept.includes(queryKey[0]) });
}
