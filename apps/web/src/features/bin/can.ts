import type { Binned } from "@/api/levels";
import type { Account } from "@/api/session";
import type { Verdict } from "@/components/reasons";

type Role = Account["role"];

/** Mirrors `bin/service.py` restore. */
export function canRestore({ waits_for }: Binned, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (waits_for === "client") return "clientInBin";
  return waits_for === null ? true : "serviceInBin";
}

/** Mirrors `bin/routes.py` purge_binned. */
export function canPurge(role: Role): Verdict {
  return role === "administrator" ? true : "administratorsPurge";
}

const DAY_MS = 86_400_000;

/** Whole days until it is deleted for good; 0 on the last one. */
export function daysLeft({ purged_after }: Binned, now: Date): number {
  return Math.max(0, Math.floor((Date.parse(purged_after) - now.getTime()) / DAY_MS));
}
