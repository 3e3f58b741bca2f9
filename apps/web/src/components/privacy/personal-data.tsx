"use client";

import { useTranslations } from "@/lib/translations";
import { Dialog } from "@/ui/dialog";
import type { Subject } from "./privacy-actions";
import { PrivacyActions } from "./privacy-actions";

type Props = { subject: Subject; onClose: () => void };

/** What an administrator does when a person asks what is known of them, or to be forgotten. */
export function PersonalData({ subject, onClose }: Props) {
  const t = useTranslations("privacy");
  const common = useTranslations("common");
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("title", { name: subject.name })}
      description={t("about")}
      closeLabel={common("close")}
    >
      <div className="flex flex-wrap gap-2">
        <PrivacyActions subject={subject} onErased={onClose} />
      </div>
    </Dialog>
  );
}
