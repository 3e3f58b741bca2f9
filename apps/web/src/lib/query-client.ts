import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "@/api/client";
import { sessionKey } from "@/api/session";

/** The session ended elsewhere: the gate sees that nobody is signed in, and shows the way back. */
function forgetSessionOn(error: Error, client: QueryClient): void {
  if (error instanceof ApiProblem && error.code === "not_signed_in") {
    client.setQueryData(sessionKey, null);
  }
}

export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => forgetSessionOn(error, client) }),
    mutationCache: new MutationCache({ onError: (error) => forgetSessionOn(error, client) }),
    defaultOptions: {
      // The server is often on this very machine, reachable while the browser believes to be offline.
      queries: { networkMode: "always", retry: false, staleTime: 5_000 },
      mutations: { networkMode: "always" },
    },
  });
  return client;
}
