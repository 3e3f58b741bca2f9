import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";
import type { operations } from "./generated/schema";

export type Analytics = Schemas["AnalyticsOut"];
export type Durations = Schemas["Durations"];
export type Ages = Schemas["Ages"];
export type Verdicts = Schemas["Verdicts"];
export type AnalyticsFilters = NonNullable<operations["get_analytics"]["parameters"]["query"]>;
export type AnalyticsTable = operations["export_analytics"]["parameters"]["query"]["table"];

/** All figures of a period. While others are asked for, what was there stays. */
export const analyticsQuery = (filters: AnalyticsFilters) =>
  queryOptions({
    queryKey: ["analytics", filters],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/analytics", { params: { query: filters }, signal })),
    placeholderData: keepPreviousData,
  });

/** One table as a file; the browser saves it. */
export function analyticsFile(filters: AnalyticsFilters, table: AnalyticsTable): string {
  const query = new URLSearchParams({ table });
  for (const [name, value] of Object.entries(filters)) {
    for (const one of [value].flat()) if (one != null && one !== "") query.append(name, `${one}`);
  }
  return `/api/v1/analytics.csv?${query}`;
}
