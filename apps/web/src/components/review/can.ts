import type { Schemas } from "@/api/client";
import type { Account } from "@/api/session";
import type { Verdict } from "../reasons";

type Role = Account["role"];
type State = Schemas["StageState"];

const closed: readonly State[] = ["done", "skipped"];

/** Mirrors `gates/service.py` submit: the current stage, or one whose waiting texts have changed. */
export function canSubmit(stage: { state: State }, isStale: boolean, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (closed.includes(stage.state)) return "stageClosed";
  if (stage.state === "upcoming") return "stageUpcoming";
  return stage.state === "submitted" && !isStale ? "alreadySubmitted" : true;
}

/** Mirrors `gates/service.py` withdraw. */
export function canWithdraw(isWaiting: boolean, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  return isWaiting ? true : "nothingSubmitted";
}
