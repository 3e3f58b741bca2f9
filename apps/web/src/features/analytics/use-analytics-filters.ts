import type { AnalyticsFilters } from "@/api/analytics";
import { useAddressFilters } from "@/lib/address-filters";

const NAMES = ["client", "method", "project", "from", "to", "grain", "measure"] as const;

export type FilterName = (typeof NAMES)[number];
export type Filters = Partial<Record<FilterName, string>>;

/** What can be seen over time. */
export const MEASURES = ["cycle", "stages", "gates", "rejections", "throughput"] as const;
export type Measure = (typeof MEASURES)[number];

export const measureOf = ({ measure }: Filters): Measure =>
  MEASURES.find((one) => one === measure) ?? "gates";

export const useAnalyticsFilters = () => useAddressFilters(NAMES);

const isDay = (day: string | undefined): day is string =>
  day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day);

/** `bmad v4`, as the address spells a method and its generation. */
export const methodKey = (method: string, generation: string) => `${method} ${generation}`;

/** What the API is asked for; days are those of the reader's time zone. */
export function asked(filters: Filters, zone: string): AnalyticsFilters {
  const { client, project, from, to, grain, method } = filters;
  const [, name, generation] = /^(.+) (\S+)$/.exec(method ?? "") ?? [];
  return {
    time_zone: zone,
    grain: grain === "month" ? "month" : "week",
    ...(client && { client_id: [client] }),
    ...(project && { project_id: project }),
    ...(name && generation && { method: name, generation }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
  };
}
