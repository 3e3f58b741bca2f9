"use client";

import type { TemplateComparison } from "@/api/templates";
import { FieldChanges } from "@/components/templates/field-changes";
import { SourceDiff } from "@/components/templates/source-diff";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";

type Props = { comparison: TemplateComparison };

const tones = { added: "success", removed: "danger", changed: "warning", same: "neutral" } as const;

/** What differs between two versions: of the whole, stage by stage, and in the text. */
export function Comparison({ comparison }: Props) {
  const t = useTranslations("templates");
  const told = comparison.stages.filter(({ kind }) => kind !== "same");
  const same = comparison.stages.length - told.length;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <FieldChanges changes={comparison.changes} />
      {told.length > 0 && (
        <Card>
          <ol aria-label={t("stages")} className="divide-y divide-line">
            {told.map((stage) => (
              <li key={`${stage.kind}:${stage.key}`} className="grid gap-2 px-4 py-2.5">
                <div className="flex flex-wrap items-center gap-2">
                  <bdi className="text-sm font-medium wrap-anywhere">{stage.title}</bdi>
                  <Badge tone={tones[stage.kind]}>{t(`kinds.${stage.kind}`)}</Badge>
                  {stage.is_moved && (
                    <span className="text-xs text-muted">
                      {t("movedFromTo", {
                        before: stage.position_before ?? 0,
                        after: stage.position_after ?? 0,
                      })}
                    </span>
                  )}
                </div>
                <FieldChanges changes={stage.changes} />
              </li>
            ))}
          </ol>
        </Card>
      )}
      {same > 0 && <p className="text-sm text-muted">{t("unchangedStages", { count: same })}</p>}
      <h3 className="text-sm font-semibold">{t("sourceDiff")}</h3>
      <SourceDiff before={comparison.source_before} after={comparison.source_after} />
    </div>
  );
}
