import type { Account } from "@/api/session";
import type { Correction } from "@/api/work";
import type { Verdict } from "@/components/reasons";

type Role = Account["role"];

/** Mirrors `ledgers/routes.py` apply_correction. */
export function canApply(role: Role): Verdict {
  return role === "viewer" ? "viewersOnlyRead" : true;
}

/** Mirrors `ledgers/corrections.py` undo. */
export function canUndo({ undone_at }: Pick<Correction, "undone_at">, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  return undone_at === null ? true : "correctionUndone";
}
