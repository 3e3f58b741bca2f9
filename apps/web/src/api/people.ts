import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";

export type Person = Schemas["PersonOut"];

/** Those who can sign in and whose name has the text in it: for choosing a filter. */
export const peopleQuery = (search: string) =>
  queryOptions({
    queryKey: ["people", "choices", search],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/people", { params: { query: { search } }, signal })),
  });
