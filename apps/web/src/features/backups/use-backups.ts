import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { backUp, backupsQuery, prove } from "./queries";

const WATCHED_MS = 1_000;
const LOOKED_AT_MS = 30_000;

/** So long something that was asked for may take to begin. */
const PATIENCE_MS = 20_000;

/** The backups, renewed each second while one is made or proven, and asking for both. */
export function useBackups() {
  const [askedAt, setAskedAt] = useState<number | null>(null);
  const query = useQuery({
    ...backupsQuery,
    refetchInterval: ({ state }) =>
      state.data?.running || isAwaited(askedAt, state.dataUpdatedAt) ? WATCHED_MS : LOOKED_AT_MS,
  });
  const asking = useMutation({
    mutationFn: (name: string | null) => (name === null ? backUp() : prove(name)),
    onSuccess: () => setAskedAt(Date.now()),
  });
  const isRunning = query.data?.running != null;
  if (isRunning && askedAt !== null) setAskedAt(null);
  return {
    query,
    isRunning,
    isBusy: isRunning || asking.isPending || isAwaited(askedAt, query.dataUpdatedAt),
    failure: asking.error,
    backUp: () => asking.mutate(null),
    prove: (name: string) => asking.mutate(name),
  };
}

const isAwaited = (askedAt: number | null, now: number) =>
  askedAt !== null && now - askedAt < PATIENCE_MS;
