import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, unwrap } from "@/api/client";

export type Token = Schemas["TokenOut"];
export type TokenMade = Schemas["TokenMade"];

const tokensKey = ["tokens"] as const;

/** API tokens, newest first: one's own, or everybody's. */
export const tokensQuery = (isEverybody: boolean) =>
  infiniteQueryOptions({
    queryKey: [...tokensKey, { isEverybody }],
    queryFn: ({ pageParam, signal }) => fetchPage(isEverybody, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

function fetchPage(isEverybody: boolean, after: string | null, signal: AbortSignal) {
  const query = { all: isEverybody, ...(after === null ? {} : { after }) };
  return unwrap(api.GET("/api/v1/tokens", { params: { query }, signal }));
}

/** Makes a token; its secret is in the reply, and nowhere afterwards. */
export function useCreate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["TokenIn"]) => unwrap(api.POST("/api/v1/tokens", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensKey }),
  });
}

export function useRevoke() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (tokenId: string) =>
      unwrap(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: tokenId } } })),
    // Also when it failed: then it was gone already.
    onSettled: () => client.invalidateQueries({ queryKey: tokensKey }),
  });
}
