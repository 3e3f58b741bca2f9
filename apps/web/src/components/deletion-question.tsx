"use client";

import type { UseMutationResult } from "@tanstack/react-query";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { useProblemText } from "./problem-text";

type Props = {
  title: string;
  /** What will be gone, in a sentence. */
  about: string;
  confirmLabel: string;
  deletion: UseMutationResult<unknown, Error, void>;
  onClose: () => void;
};

/** Asks before something is deleted that no bin keeps, and says why it was refused. */
export function DeletionQuestion({ title, about, confirmLabel, deletion, onClose }: Props) {
  const common = useTranslations("common");
  const problemText = useProblemText();
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={title}
      description={about}
      confirmLabel={confirmLabel}
      cancelLabel={common("cancel")}
      isDangerous
      isBusy={deletion.isPending}
      onConfirm={() => deletion.mutate()}
    >
      {deletion.isError && <Callout tone="danger">{problemText(deletion.error)}</Callout>}
    </ConfirmDialog>
  );
}
