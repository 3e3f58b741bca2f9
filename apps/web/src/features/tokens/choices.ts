import type { Schemas } from "@/api/client";

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

/** What the API is asked for. */
export function toRequest(choice: Choice, now: Date): Schemas["TokenIn"] {
  const days = choice.lifetime === "never" ? null : Number(choice.lifetime);
  return {
    name: choice.name,
    scopes: choice.mayWrite ? ["read", "write"] : ["read"],
    project_id: choice.projectId,
    expires_at: days === null ? null : new Date(now.getTime() + days * DAY_MS).toISOString(),
  };
}
