"use client";

import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "@/lib/translations";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { GatedButton } from "@/ui/gated-button";
import { showToast } from "@/ui/toast-store";
import { useProblemText } from "../problem-text";
import { useWithdrawal } from "./moves";

type Props = {
  submissionId: string | null;
  allowed: true | string;
  /** It renews an approval, so the stage stays done. */
  isRenewal?: boolean;
};

export function WithdrawButton({ submissionId, allowed, isRenewal = false }: Props) {
  const t = useTranslations("gates");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [isOpen, setIsOpen] = useState(false);
  const withdrawal = useWithdrawal(submissionId);
  const withdraw = () =>
    withdrawal.mutate(undefined, {
      onSuccess: () => showToast({ tone: "success", title: t("withdrawn") }),
      onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
      onSettled: () => setIsOpen(false),
    });
  return (
    <>
      <GatedButton variant="quiet" allowed={allowed} onClick={() => setIsOpen(true)}>
        <Undo2 aria-hidden />
        {t("withdraw")}
      </GatedButton>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setIsOpen}
        title={t("withdrawTitle")}
        description={isRenewal ? t("renewals.withdrawAbout") : t("withdrawAbout")}
        confirmLabel={t("withdraw")}
        cancelLabel={common("cancel")}
        onConfirm={withdraw}
        isBusy={withdrawal.isPending}
      />
    </>
  );
}
