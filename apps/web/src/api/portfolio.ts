import { queryOptions } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";

export type Portfolio = Schemas["PortfolioOut"];
export type ProjectRow = Schemas["ProjectRow"];

/** All clients with their services and projects; the list page and the import both read it. */
export const portfolioQuery = queryOptions({
  queryKey: ["portfolio"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/portfolio", { signal })),
});
