"use client";

import { Send } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { GatedButton } from "@/ui/gated-button";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";
import { useProblemText } from "../problem-text";
import { useSubmission } from "./moves";

type Props = {
  gateId: string;
  stage: string;
  allowed: true | string;
  /** Its texts changed while it waited, or it was rejected: the same, once more. */
  isAgain?: boolean;
};

/** Submits a stage for review, with a note for whoever decides. */
export function SubmitButton({ gateId, stage, allowed, isAgain = false }: Props) {
  const t = useTranslations("gates");
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <GatedButton variant="primary" allowed={allowed} onClick={() => setIsOpen(true)}>
        <Send aria-hidden />
        {isAgain ? t("submitAgain") : t("submit")}
      </GatedButton>
      {isOpen && <SubmitDialog gateId={gateId} stage={stage} onClose={() => setIsOpen(false)} />}
    </>
  );
}

type DialogProps = { gateId: string; stage: string; onClose: () => void };

function SubmitDialog({ gateId, stage, onClose }: DialogProps) {
  const t = useTranslations("gates");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [note, setNote] = useState("");
  const submission = useSubmission(gateId);
  const submit = () => {
    if (submission.isPending) return;
    submission.mutate(note, {
      onSuccess: () => {
        onClose();
        showToast({ tone: "success", title: t("submitted", { stage }) });
      },
    });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("submitTitle", { stage })}
      description={t("submitAbout")}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button variant="primary" isBusy={submission.isPending} onClick={submit}>
            {t("submit")}
          </Button>
        </>
      }
    >
      <Field label={t("note")} hint={t("noteHint")}>
        {(control) => (
          <Textarea {...control} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      {submission.isError && (
        <Callout tone="danger" className="mt-4">
          {problemText(submission.error)}
        </Callout>
      )}
    </Dialog>
  );
}
