export type Route = {
  /** As the template has it. */
  key: string;
  name: string;
  leadsTo: string;
};

/** The ways on from a stage, as the template names them; what they hold differs by method. */
export function routesOf(routes: Record<string, unknown> | null | undefined): Route[] {
  return Object.entries(routes ?? {}).map(([key, leadsTo]) => ({
    key,
    name: spaced(key),
    leadsTo: inWords(leadsTo),
  }));
}

/** `after_prd_creation` as people read it. */
export const spaced = (name: string) => name.replaceAll("_", " ");

/** `{ agent: "pm", notes: "Write it." }` becomes `Write it. (agent: pm)`. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join(", ");
  if (typeof value === "string") return /\s/.test(value) ? value : spaced(value);
  if (typeof value !== "object" || value === null) return String(value ?? "");
  const { notes, ...others } = value as Record<string, unknown>;
  const facts = Object.entries(others).map(([name, fact]) => `${spaced(name)}: ${inWords(fact)}`);
  if (notes === undefined) return facts.join(", ");
  return facts.length > 0 ? `${inWords(notes)} (${facts.join(", ")})` : inWords(notes);
}
