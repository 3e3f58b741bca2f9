import type { Account } from "@/api/session";
import type { Reason, Verdict } from "@/components/reasons";
import type { Gate, Submission } from "./queries";

/** Nobody decided it or took it back. */
export const isWaiting = (submission: Submission | undefined): submission is Submission =>
  submission !== undefined && !submission.decision && !submission.withdrawn_at;

/** Whether what is decided here renews an approval: its stage is done, and stays it. */
export const isRenewal = ({ stage }: Gate) => stage.state === "done";

/** What a gate's page is about: the newest one; of renewals, one that waits or was approved. */
export const newestOf = (gate: Gate): Submission | undefined =>
  isRenewal(gate)
    ? gate.submissions.find((each) => each.decision?.verdict === "approved" || isWaiting(each))
    : gate.submissions[0];

/** When a decision needs that somebody shows who they are. */
export const identityOf = ({ policy, you }: Gate) => ({
  isNeeded: policy.reauthentication,
  isConfirmed: you.is_confirmed,
});

/** What the API says of the person, in the page's words. */
const refusals: Record<string, Reason> = {
  not_a_reviewer: "notAReviewer",
  submitter_may_not_decide: "submitterMayNotDecide",
  already_decided_by_you: "alreadyDecidedByYou",
  reviewer_already_decided: "reviewerDecided",
};

/** Mirrors `gates/service.py` decide; whom the policy lets decide is the API's to say. */
export function canDecide(
  submission: Submission | undefined,
  role: Account["role"],
  you?: Gate["you"],
): Verdict {
  if (role === "viewer") return "viewersOnlyRead";
  if (submission?.decision) return "alreadyDecided";
  if (!isWaiting(submission)) return "nothingSubmitted";
  const refusal = refusals[you?.why_not ?? ""];
  if (refusal) return refusal;
  return submission.changed.length > 0 ? "submissionStale" : true;
}

/** Whether a decision has to say which way the work goes, because no route was chosen before. */
export function asksForChoice(gate: Gate): boolean {
  return gate.kind === "choice" && gate.stage.choices.length === 0;
}

/** How many rounds an approval would leave open: where it ends a loop, it takes a reason then. */
export function roundsLeftOpen({ stage }: Gate): number {
  const { rounds, state } = stage;
  return rounds?.ends_here && state === "submitted" ? rounds.total - rounds.done : 0;
}
