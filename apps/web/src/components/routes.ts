export type Route = { name: string; leadsTo: string };

/** The ways on from a stage, as the template names them; what they hold differs by method. */
export function routesOf(routes: Record<string, unknown> | null | undefined): Route[] {
  return Object.entries(routes ?? {}).map(([name, leadsTo]) => ({
    name: name.replaceAll("_", " "),
    leadsTo: typeof leadsTo === "string" ? leadsTo : JSON.stringify(leadsTo),
  }));
}
