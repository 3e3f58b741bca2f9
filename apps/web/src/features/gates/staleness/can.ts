import type { Account } from "@/api/session";
import type { Verdict } from "@/components/reasons";
import type { Gate } from "../queries";
import type { Staleness } from "./queries";

/** Mirrors `gates/staleness/service.py` renew. */
export function canRenew(staleness: Staleness, role: Account["role"]): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  return staleness.present.length > 0 ? true : "nothingLeftToApprove";
}

/** Mirrors `gates/staleness/service.py` accept. */
export function canAccept({ policy }: Gate, role: Account["role"]): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  return policy.approvals > 1 ? "severalHaveToApprove" : true;
}
