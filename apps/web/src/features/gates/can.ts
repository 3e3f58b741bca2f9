import type { Account } from "@/api/session";
import type { Verdict } from "@/components/reasons";
import type { Submission } from "./queries";

/** Nobody decided it or took it back. */
export const isWaiting = (submission: Submission | undefined): submission is Submission =>
  submission !== undefined && !submission.decision && !submission.withdrawn_at;

/** Mirrors `gates/service.py` decide. */
export function canDecide(submission: Submission | undefined, role: Account["role"]): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (submission?.decision) return "alreadyDecided";
  if (!isWaiting(submission)) return "nothingSubmitted";
  return submission.changed.length > 0 ? "submissionStale" : true;
}
