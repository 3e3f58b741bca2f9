import { Undo2 } from "lucide-react";
import { useAccount } from "@/api/session";
import type { Correction } from "@/api/work";
import { useAllowed } from "@/components/reasons";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { GatedButton } from "@/ui/gated-button";
import { canUndo } from "./can";
import { useUndo } from "./corrections";

/** Who changed which word, and the way back while nobody went on from there. */
export function CorrectionRow({ correction }: { correction: Correction }) {
  const t = useTranslations("work");
  const allowed = useAllowed()(canUndo(correction, useAccount().role));
  const undo = useUndo();
  const { item_key, word_before, word_after, path, applied_by, undone_by } = correction;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-2.5">
      <div className="grid min-w-0 gap-0.5">
        <p className="wrap-anywhere">
          {t("corrected", { item: item_key, before: word_before, after: word_after })}
        </p>
        <p className="text-xs text-muted wrap-anywhere">
          {undone_by ? t("undoneBy", { name: undone_by }) : t("appliedBy", { name: applied_by })}{" "}
          <When at={correction.undone_at ?? correction.applied_at} /> · {path}
        </p>
      </div>
      <GatedButton
        size="sm"
        variant="quiet"
        allowed={allowed}
        isBusy={undo.isPending}
        aria-label={t("undoOf", { item: item_key })}
        onClick={() => undo.mutate(correction.id)}
      >
        {!undo.isPending && <Undo2 aria-hidden />}
        {t("undo")}
      </GatedButton>
    </li>
  );
}
