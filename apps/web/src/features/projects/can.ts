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
  if (stage.state !== "current") return notCurrent(stage);
  return pathUnknown(stage) ?? true;
}

/** Mirrors `workflows/service.py` skip. */
export function canSkip(stage: Stage, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (stage.state !== "current" && stage.state !== "upcoming") return notCurrent(stage);
  return stage.optional || stage.condition ? true : "stageNotOptional";
}

/** Mirrors `workflows/service.py` reopen: nothing that work builds on, and never a decision. */
export function canReopen(stage: Stage, stages: readonly Stage[], role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (!isClosed(stage)) return "stageOpen";
  if (stage.state === "done" && stage.gate) return "approvalStays";
  if (stage.retired_at !== null) return "stageRetired";
  if (stage.skip_cause === "answer" || stage.skip_cause === "route") return "changeWhatWasSaid";
  const isBuiltUpon = stages.some(
    (later) =>
      later.position > stage.position &&
      (later.state === "done" || later.state === "submitted") &&
      !(later.together !== null && later.together === stage.together),
  );
  return isBuiltUpon ? "notLastMove" : true;
}

/** Mirrors `workflows/flow.py` answer. */
export function canAnswer(stage: Stage, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  return stage.question?.is_fixed ? "answerInUse" : true;
}

/** Mirrors `workflows/flow.py` choose. */
export function canChoose(stage: Stage, role: Role): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  return stage.state === "current" ? true : notCurrent(stage);
}

/** Mirrors `workflows/flow.py` start. */
export function canStart(role: Role): Verdict {
  return role === "viewer" ? "viewersOnlyRead" : true;
}

/** Mirrors `workflows/service.py` need_path_known: why a stage cannot be left yet. */
export function pathUnknown(stage: Stage): Exclude<Verdict, true> | null {
  if (stage.question && stage.question.answers.length === 0) return "questionOpen";
  return stage.routes && stage.choices.length === 0 ? "routeNotChosen" : null;
}

function notCurrent(stage: Stage): Verdict {
  if (isClosed(stage)) return "stageClosed";
  return stage.state === "submitted" ? "alreadySubmitted" : "stageUpcoming";
}
