import type { QueryClient } from "@tanstack/react-query";
import { queryOptions, useMutation } from "@tanstack/react-query";
import { createContext, use } from "react";
import type { Schemas } from "./client";
import { ApiProblem, api, unwrap } from "./client";

export type Account = Schemas["AccountOut"];

export const sessionKey = ["session"] as const;

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: sessionKey,
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: ({ signal }) => fetchAccount(signal),
});

async function fetchAccount(signal?: AbortSignal): Promise<Account | null> {
  try {
    return await unwrap(api.GET("/api/v1/session", { signal }));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null;
    throw error;
  }
}

/**
 * Asks whether the session still runs. Only a clear no counts: a server that cannot be reached must
 * not take the page away from somebody who is typing.
 */
export async function confirmSession(client: QueryClient): Promise<void> {
  const account = await fetchAccount().catch(() => undefined);
  if (account === null) client.setQueryData(sessionKey, null);
}

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

/** Whether people can sign in at an OpenID provider, and what it is called. */
export const singleSignOnQuery = queryOptions({
  queryKey: ["single-sign-on"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/single-sign-on", { signal })),
});

/** Where the browser goes to sign in at the provider. */
export const singleSignOnAddress = (next: string) =>
  `/api/v1/single-sign-on/start?next=${encodeURIComponent(next)}`;

/** The same, and the provider asks who it is even if it knows. */
export const signInAgainAddress = (next: string) => `${singleSignOnAddress(next)}&again=true`;

/** Gives one's password once more, where a gate asks for it. */
export function useConfirmation() {
  return useMutation({
    mutationFn: (password: string) =>
      unwrap(api.PUT("/api/v1/session/confirmation", { body: { password } })),
  });
}
