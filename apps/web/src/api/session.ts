import { queryOptions } from "@tanstack/react-query";
import { createContext, use } from "react";
import type { Schemas } from "./client";
import { ApiProblem, api, unwrap } from "./client";

export type Account = Schemas["AccountOut"];

export const sessionKey = ["session"] as const;

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: sessionKey,
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }): Promise<Account | null> => {
    try {
      return await unwrap(api.GET("/api/v1/session", { signal }));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
});

/** Whether the first administrator has still to be made. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/setup", { signal })),
});

/** Filled by the session gate: what is below it has an account until the gate itself closes. */
export const AccountContext = createContext<Account | null>(null);

/** The person who is signed in. Only below the session gate. */
export function useAccount(): Account {
  const account = use(AccountContext);
  if (!account) throw new Error("useAccount() needs a session gate above it");
  return account;
}
