import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";

export type Person = Schemas["PersonOut"];

/** Those who can sign in and whose name has the text in it: for choosing an owner or a filter. */
export const peopleQuery = (search = "") =>
  queryOptions({
    queryKey: ["people", search],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/people", { params: { query: { search, limit: 200 } }, signal })),
  });
