import type { Schemas } from "@/api/client";
import type { ProjectFilters } from "@/api/dashboard";
import { isId } from "@/lib/route-ids";

export type Status = Schemas["ProjectStatus"];
type ProjectType = Schemas["ProjectType"];

export const statuses = ["draft", "active", "blocked", "completed", "archived"] as const;
export const types = ["new", "existing"] as const;
export const orders = ["name", "client", "status", "stage_since", "owner", "changed_at"] as const;
export type Order = (typeof orders)[number];

/** What of the portfolio is looked at, and how; the address holds all of it. */
export type Choice = {
  layout: "clients" | "table";
  /** Of the table; a `-` in front turns it around. */
  sort: Order | `-${Order}`;
  search: string;
  status: readonly Status[];
  stage: readonly string[];
  client: readonly string[];
  service: readonly string[];
  /** What the projects build or change. */
  application: readonly string[];
  /** Ids of people, or `none`. */
  owner: readonly string[];
  domain: readonly string[];
  type: readonly ProjectType[];
  implementation: readonly string[];
  /** Whom projects are for. */
  users: readonly string[];
  waiting: boolean;
  stale: boolean;
  quiet: boolean;
};

/** The filters that hold several values. */
export type Facet = (typeof facets)[number];

export const everything: Choice = {
  layout: "clients",
  sort: "name",
  search: "",
  status: [],
  stage: [],
  client: [],
  service: [],
  application: [],
  owner: [],
  domain: [],
  type: [],
  implementation: [],
  users: [],
  waiting: false,
  stale: false,
  quiet: false,
};

/** Those that most people need now and then. */
export const fewer = [
  "service",
  "application",
  "domain",
  "type",
  "implementation",
  "users",
] as const;
const facets = ["status", "stage", "client", "owner", ...fewer] as const;

/** Reads an address as far as it makes sense; whatever else it says is passed over. */
export function choiceOf(search: string): Choice {
  const given = new URLSearchParams(search);
  const sort = given.get("sort") ?? "";
  return {
    layout: given.get("layout") === "table" ? "table" : "clients",
    sort: isOrder(sort) ? sort : everything.sort,
    search: given.get("q") ?? "",
    status: given.getAll("status").filter(isStatus),
    stage: given.getAll("stage"),
    client: given.getAll("client").filter(isId),
    service: given.getAll("service").filter(isId),
    application: given.getAll("application").filter(isId),
    owner: given.getAll("owner").filter((one) => one === "none" || isId(one)),
    domain: given.getAll("domain").filter(isId),
    type: given.getAll("type").filter(isType),
    implementation: given.getAll("implementation").filter(isId),
    users: given.getAll("users").filter(isId),
    waiting: given.get("waiting") === "true",
    stale: given.get("stale") === "true",
    quiet: given.get("quiet") === "true",
  };
}

/** The part of an address after `?`; empty for everything. */
export function addressOf(choice: Choice): string {
  const address = new URLSearchParams();
  if (choice.layout !== everything.layout) address.set("layout", choice.layout);
  if (choice.sort !== everything.sort) address.set("sort", choice.sort);
  if (choice.search) address.set("q", choice.search);
  for (const facet of facets) for (const one of choice[facet]) address.append(facet, one);
  if (choice.waiting) address.set("waiting", "true");
  if (choice.stale) address.set("stale", "true");
  if (choice.quiet) address.set("quiet", "true");
  return address.toString();
}

/** What the API is asked for. */
export function filtersOf(choice: Choice): ProjectFilters {
  return {
    sort: choice.layout === "clients" ? "client" : choice.sort,
    ...(choice.search.trim() && { search: choice.search.trim() }),
    ...(choice.status.length > 0 && { status: [...choice.status] }),
    ...(choice.stage.length > 0 && { stage: [...choice.stage] }),
    ...(choice.client.length > 0 && { client_id: [...choice.client] }),
    ...(choice.service.length > 0 && { service_id: [...choice.service] }),
    ...(choice.application.length > 0 && { application_id: [...choice.application] }),
    ...(choice.owner.length > 0 && { owner_id: [...choice.owner] }),
    ...(choice.domain.length > 0 && { domain_id: [...choice.domain] }),
    ...(choice.type.length > 0 && { type: [...choice.type] }),
    ...(choice.implementation.length > 0 && {
      implementation_type_id: [...choice.implementation],
    }),
    ...(choice.users.length > 0 && { user_category_id: [...choice.users] }),
    ...(choice.waiting && { waiting: true }),
    ...(choice.stale && { stale: true }),
    ...(choice.quiet && { quiet: true }),
  };
}

/** Whether anything is left out on purpose. */
export const isNarrowed = (choice: Choice) =>
  choice.search.trim() !== "" ||
  choice.waiting ||
  choice.stale ||
  choice.quiet ||
  facets.some((facet) => choice[facet].length > 0);

/** The same layout and order, with nothing left out. */
export const widened = ({ layout, sort }: Choice): Choice => ({ ...everything, layout, sort });

/** With the value taken in, or out if it was in. */
export function toggled(choice: Choice, facet: Facet, value: string): Choice {
  const had: readonly string[] = choice[facet];
  const has = had.includes(value) ? had.filter((one) => one !== value) : [...had, value];
  return { ...choice, [facet]: has };
}

/** Sorted by this; asked again, the other way around. */
export function sortedBy(choice: Choice, order: Order): Choice {
  return { ...choice, layout: "table", sort: choice.sort === order ? `-${order}` : order };
}

const isType = (text: string): text is ProjectType => types.some((one) => one === text);
const isStatus = (text: string): text is Status => statuses.some((one) => one === text);
const isOrder = (text: string): text is Choice["sort"] =>
  orders.some((one) => one === text.replace(/^-/, ""));
