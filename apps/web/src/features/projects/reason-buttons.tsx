"use client";

import { SkipForward, Undo2 } from "lucide-react";
import { useState } from "react";
import type { Stage } from "@/api/projects";
import { useAccount } from "@/api/session";
import { useAllowed } from "@/components/reasons";
import { useTranslations } from "@/lib/translations";
import { GatedButton } from "@/ui/gated-button";
import { canReopen, canSkip } from "./can";
import { useReopening, useSkip } from "./moves";
import { ReasonDialog } from "./reason-dialog";

/** Leaves out the current stage; the reason stays with it. */
export function SkipButton({ stage }: { stage: Stage }) {
  const t = useTranslations("projects");
  const allowed = useAllowed()(canSkip(stage, useAccount().role));
  const [isOpen, setIsOpen] = useState(false);
  const skip = useSkip(stage.id);
  return (
    <>
      <GatedButton variant="quiet" allowed={allowed} onClick={() => setIsOpen(true)}>
        <SkipForward aria-hidden />
        {t("skip")}
      </GatedButton>
      {isOpen && (
        <ReasonDialog
          title={t("skipTitle", { stage: stage.title })}
          about={t("skipAbout")}
          confirmLabel={t("skip")}
          doneText={t("skipped", { stage: stage.title })}
          isRequired
          move={skip}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}

type ReopenProps = { stage: Stage; stages: readonly Stage[] };

/** Undoes the last completion or skip. */
export function ReopenButton({ stage, stages }: ReopenProps) {
  const t = useTranslations("projects");
  const allowed = useAllowed()(canReopen(stage, stages, useAccount().role));
  const [isOpen, setIsOpen] = useState(false);
  const reopening = useReopening(stage.id);
  return (
    <>
      <GatedButton allowed={allowed} onClick={() => setIsOpen(true)}>
        <Undo2 aria-hidden />
        {t("reopen")}
      </GatedButton>
      {isOpen && (
        <ReasonDialog
          title={t("reopenTitle", { stage: stage.title })}
          about={t("reopenAbout")}
          confirmLabel={t("reopen")}
          doneText={t("reopened", { stage: stage.title })}
          move={reopening}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}
