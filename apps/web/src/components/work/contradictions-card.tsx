"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { contradictionsQuery, correctionsQuery, progressQuery } from "@/api/work";
import { EmptyState } from "@/components/empty-state";
import { SectionCard } from "@/components/levels/section-card";
import { ListFailure } from "@/components/list-failure";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { ContradictionRow } from "./contradiction-row";
import { CorrectionRow } from "./correction-row";
import { useContradictionKeys } from "./use-contradiction-keys";

type Props = { projectId: string };

/** Ledgers that disagree, with the evidence side by side; nothing where there never was any. */
export function ContradictionsCard({ projectId }: Props) {
  const t = useTranslations("work");
  const progress = useQuery(progressQuery(projectId));
  const pages = useInfiniteQuery(contradictionsQuery(projectId));
  const corrections = useQuery(correctionsQuery(projectId)).data?.items ?? [];
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const count = progress.data?.contradictions ?? 0;
  useContradictionKeys(items.length > 0);
  if (pages.isPending || (pages.isSuccess && items.length + corrections.length === 0)) return null;
  return (
    <SectionCard
      title={t("contradictions")}
      actions={count > 0 && <Badge tone="warning">{t("contradictionCount", { count })}</Badge>}
    >
      {pages.isError && <ListFailure error={pages.error} onRetry={pages.refetch} />}
      {pages.isSuccess && items.length === 0 && (
        <EmptyState icon={CircleCheck} title={t("agree")}>
          {t("agreeAbout")}
        </EmptyState>
      )}
      <ol aria-label={t("contradictions")} className="grid">
        {items.map((contradiction) => (
          <ContradictionRow
            key={contradiction.id}
            projectId={projectId}
            contradiction={contradiction}
          />
        ))}
      </ol>
      {pages.hasNextPage && (
        <div className="grid justify-center border-t border-line p-3">
          <Button isBusy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
      {corrections.length > 0 && (
        <details className="border-t border-line text-sm">
          <summary className="cursor-pointer px-4 py-3 text-muted hover:bg-sunken/60">
            {t("corrections", { count: corrections.length })}
          </summary>
          <ul aria-label={t("correctionsLabel")} className="grid">
            {corrections.map((correction) => (
              <CorrectionRow key={correction.id} correction={correction} />
            ))}
          </ul>
        </details>
      )}
    </SectionCard>
  );
}
