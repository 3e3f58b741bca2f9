"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmationField } from "@/components/identity/confirmation-field";
import { useIdentity } from "@/components/identity/use-identity";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import { BoundTexts } from "./bound-texts";
import { asksForChoice, identityOf, isRenewal, isWaiting, roundsLeftOpen } from "./can";
import type { Ticks } from "./checklist-fields";
import { answersOf, ChecklistFields, missingOf } from "./checklist-fields";
import { HasteNotice } from "./haste-notice";
import type { Choice, Gate, Submission } from "./queries";
import { threadsQuery } from "./threads/queries";

type Props = Pick<Choice, "verdict" | "submission"> & {
  gate: Gate;
  error: unknown;
  isBusy: boolean;
  onDecide: (choice: Choice) => void;
  onClose: () => void;
};

/** Asks once more, with the reason, and then decides. */
export function DecisionDialog(props: Props) {
  const { gate, submission, verdict, error, isBusy, onDecide, onClose } = props;
  const t = useTranslations("gates");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const kind = verdict === "rejected" ? "reject" : asksForChoice(gate) ? "choose" : "approve";
  const [reason, setReason] = useState("");
  const [ticks, setTicks] = useState<Ticks>({});
  const [isChecked, setIsChecked] = useState(false);
  const { checklist, version } = gate.policy;
  const identity = useIdentity(identityOf(gate), error);
  const leftOpen = verdict === "approved" && isLast(gate, submission) ? roundsLeftOpen(gate) : 0;
  const isReasonAsked = kind !== "approve" || leftOpen > 0;
  const isReasonMissing = isReasonAsked && reason.trim() === "";
  const isTickMissing = verdict === "approved" && missingOf(checklist, ticks) > 0;
  const decide = () => {
    setIsChecked(true);
    if (isReasonMissing || isTickMissing || isBusy) return;
    const choice = {
      submission,
      verdict,
      reason,
      checklist: answersOf(checklist, ticks),
      policy_version: version,
    };
    identity.show(() => onDecide(choice));
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t(`${kind}Title`, { stage: gate.stage.title })}
      description={<About gate={gate} submission={submission} kind={kind} />}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            variant={kind === "reject" ? "danger" : "primary"}
            isBusy={isBusy || identity.isBusy}
            onClick={decide}
          >
            {t(kind)}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {!isStillAsked(gate, submission) && <Callout tone="warning">{t("overtaken")}</Callout>}
        <HasteNotice submission={submission} />
        <ThreadsNotice gate={gate} verdict={verdict} />
        {leftOpen > 0 && (
          <Callout tone="warning">
            {t("roundsOpen", { open: leftOpen, total: gate.stage.rounds?.total ?? 0 })}
          </Callout>
        )}
        <ChecklistFields
          items={checklist}
          ticks={ticks}
          isChecked={isChecked && verdict === "approved"}
          onChange={setTicks}
        />
        <Field
          label={t(kind === "approve" && leftOpen > 0 ? "despiteReason" : `${kind}Reason`)}
          isRequired={isReasonAsked}
          error={isChecked && isReasonMissing ? t(`${kind}Missing`) : null}
        >
          {(control) => (
            <Textarea
              {...control}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {identity.isAsked && <ConfirmationField about={t("asksWho")} {...identity.field} />}
        <BoundTexts artefacts={submission.artefacts} />
        {error !== null && !identity.isAsked && (
          <Callout tone="danger">{problemText(error)}</Callout>
        )}
      </div>
    </Dialog>
  );
}

type AboutProps = Pick<Props, "gate" | "submission"> & { kind: "approve" | "reject" | "choose" };

/** What the decision leads to; of several approvals only the last one completes the stage. */
function About({ gate, submission, kind }: AboutProps) {
  const t = useTranslations("gates");
  const settles = kind === "reject" || isLast(gate, submission);
  if (settles && !isRenewal(gate)) return t(`${kind}About`);
  if (settles) return kind === "reject" ? t("renewals.rejectAbout") : t("renewals.approveAbout");
  const about = { number: numberOf(submission), needed: gate.policy.approvals };
  return isRenewal(gate) ? t("renewals.oneOfSeveral", about) : t("oneOfSeveral", about);
}

/** Whether an approval now is the last one that the gate asks for. */
function isLast(gate: Gate, submission: Submission): boolean {
  return numberOf(submission) >= gate.policy.approvals;
}

/** The number that an approval would have now. */
const numberOf = (submission: Submission) => submission.decisions.length + 1;

/** Others work at the same time: the question may be settled before it is answered here. */
function isStillAsked(gate: Gate, asked: Submission): boolean {
  const newest = gate.submissions[0];
  return newest?.id === asked.id && isWaiting(newest);
}

function ThreadsNotice({ gate, verdict }: Pick<Props, "gate" | "verdict">) {
  const t = useTranslations("gates.threads");
  const threads = useQuery(threadsQuery(gate.id));
  const count = threads.data?.filter((thread) => !thread.is_resolved).length ?? 0;
  if (count === 0) return null;
  const isRejected = verdict === "rejected";
  return (
    <Callout tone={isRejected ? "info" : "warning"}>
      {isRejected ? t("goWith", { count }) : t("stillOpen", { count })}
    </Callout>
  );
}
