"use client";

import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";

type Props = {
  title: string;
  about: string;
  confirmLabel: string;
  /** Said when it is done. */
  doneText: string;
  isRequired?: boolean;
  /** Of the field, where it is not the reason. */
  label?: string;
  move: Pick<UseMutationResult<unknown, Error, string>, "isError" | "isPending" | "error"> & {
    mutate: (text: string, options: { onSuccess: () => void }) => void;
  };
  onClose: () => void;
};

/** Asks why, then moves the stage. */
export function ReasonDialog(props: Props) {
  const { title, about, confirmLabel, doneText, isRequired = false, label, move, onClose } = props;
  const t = useTranslations("projects");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const isMissing = isRequired && reason.trim() === "";
  const confirm = () => {
    setIsChecked(true);
    if (isMissing || move.isPending) return;
    move.mutate(reason, {
      onSuccess: () => {
        onClose();
        showToast({ tone: "success", title: doneText });
      },
    });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={title}
      description={about}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button variant="primary" isBusy={move.isPending} onClick={confirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <Field
        label={label ?? t("reason")}
        isRequired={isRequired}
        error={isChecked && isMissing ? t("reasonMissing") : null}
      >
        {(control) => (
          <Textarea
            {...control}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {move.isError && (
        <Callout tone="danger" className="mt-4">
          {problemText(move.error)}
        </Callout>
      )}
    </Dialog>
  );
}
