import type { Schemas } from "@/api/client";
import type { Portfolio } from "@/api/portfolio";

/** For how many days a token can be made. */
export const lifetimes = ["30", "90", "365", "never"] as const;
export type Lifetime = (typeof lifetimes)[number];

export type Choice = {
  name: string;
  mayWrite: boolean;
  projectId: string | null;
  lifetime: Lifetime;
};

const DAY_MS = 24 * 3600 * 1000;
const SHOWN = 50;

/** What the API is asked for. */
export function toRequest(choice: Choice, now: Date): Schemas["TokenIn"] {
  const days = choice.lifetime === "never" ? null : Number(choice.lifetime);
  return {
    name: choice.name.trim(),
    scopes: choice.mayWrite ? ["read", "write"] : ["read"],
    project_id: choice.projectId,
    expires_at: days === null ? null : new Date(now.getTime() + days * DAY_MS).toISOString(),
  };
}

type Named = { id: string; label: string };

/** Every project by its name and key, which tells two of the same name apart. */
export function projectsOf(portfolio: Portfolio | undefined): Named[] {
  return (portfolio?.clients ?? [])
    .flatMap(({ services }) => services.flatMap(({ projects }) => projects))
    .map(({ id, key, name }) => ({ id, label: `${name} (${key})` }));
}

/** What to suggest for what was typed: not thousands at once. */
export function matching(projects: readonly Named[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  const labels = projects.map(({ label }) => label);
  return labels.filter((label) => label.toLowerCase().includes(wanted)).slice(0, SHOWN);
}
