import type { Stage } from "@/api/projects";
import type { Account } from "@/api/session";
import type { Verdict } from "@/components/reasons";

type Role = Account["role"];

const isClosed = (stage: Stage) => stage.state === "done" || stage.state === "skipped";

/** Mirrors `documents/routes.py` scan_project. */
export function canScan(role: Role): Verdict {
  return role === "viewer" ? "viewersOnlyRead" : true;
}

/** Mirrors `workflows/service.py` complete. */
export function canComplete(stage: Stage, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (stage.gate) return "stageNeedsDecision";
  return stage.state === "current" ? true : notCurrent(stage);
}

/** Mirrors `workflows/service.py` skip. */
export function canSkip(stage: Stage, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (stage.state !== "current") return notCurrent(stage);
  return stage.optional || stage.condition ? true : "stageNotOptional";
}

/** Mirrors `workflows/service.py` reopen: only the last move, and never a decision. */
export function canReopen(stage: Stage, stages: readonly Stage[], role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (!isClosed(stage)) return "stageOpen";
  if (stage.state === "done" && stage.gate) return "approvalStays";
  const following = stages.find((other) => other.position === stage.position + 1);
  return !following || following.state === "current" ? true : "notLastMove";
}

function notCurrent(stage: Stage): Verdict {
  if (isClosed(stage)) return "stageClosed";
  return stage.state === "submitted" ? "alreadySubmitted" : "stageUpcoming";
}
