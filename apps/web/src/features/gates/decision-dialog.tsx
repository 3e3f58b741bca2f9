"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { useProblemText } from "@/components/problem-text";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import { BoundTexts } from "./bound-texts";
import { isWaiting } from "./can";
import { useOpened } from "./opened";
import type { Choice, Gate, Submission } from "./queries";

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
  const kind = verdict === "rejected" ? "reject" : gate.kind === "choice" ? "choose" : "approve";
  const [reason, setReason] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const isMissing = kind !== "approve" && reason.trim() === "";
  const decide = () => {
    setIsChecked(true);
    if (!isMissing && !isBusy) onDecide({ submission, verdict, reason: reason.trim() });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t(`${kind}Title`, { stage: gate.stage.title })}
      description={t(`${kind}About`)}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            variant={kind === "reject" ? "danger" : "primary"}
            isBusy={isBusy}
            onClick={decide}
          >
            {t(kind)}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {!isStillAsked(gate, submission) && <Callout tone="warning">{t("overtaken")}</Callout>}
        <UnopenedNotice submission={submission} />
        <Field
          label={t(`${kind}Reason`)}
          isRequired={kind !== "approve"}
          error={
            isChecked && isMissing ? t(kind === "choose" ? "chooseMissing" : "rejectMissing") : null
          }
        >
          {(control) => (
            <Textarea
              {...control}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <BoundTexts artefacts={submission.artefacts} />
        {error !== null && <Callout tone="danger">{problemText(error)}</Callout>}
      </div>
    </Dialog>
  );
}

/** Others work at the same time: the question may be settled before it is answered here. */
function isStillAsked(gate: Gate, asked: Submission): boolean {
  const newest = gate.submissions[0];
  return newest?.id === asked.id && isWaiting(newest);
}

function UnopenedNotice({ submission }: { submission: Submission }) {
  const t = useTranslations("gates");
  const opened = useOpened(submission.id);
  const total = submission.artefacts.length;
  const unopened = submission.artefacts.filter(({ document_id }) => !opened.has(document_id));
  if (unopened.length === 0) return null;
  return <Callout tone="warning">{t("unopened", { count: unopened.length, total })}</Callout>;
}
