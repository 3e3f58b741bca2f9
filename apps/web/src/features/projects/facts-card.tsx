"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { factsQuery } from "@/api/levels";
import { EditedBy } from "@/components/levels/edited-by";
import { ReferenceBadge } from "@/components/levels/reference-badge";
import { TransitionList } from "@/components/levels/transition-list";
import { ListFailure } from "@/components/list-failure";
import { SideBySide } from "@/components/side-by-side";
import { useTranslations } from "@/lib/translations";
import { Disclosure } from "@/ui/disclosure";
import { Skeleton } from "@/ui/skeleton";

/** What people say about the project, and when its state and place changed. */
export function FactsCard({ projectId }: { projectId: string }) {
  const t = useTranslations("levels");
  const { data: facts, error, refetch } = useQuery(factsQuery(projectId));
  const about = facts && [facts.key, t(`types.${facts.type}`), facts.owner?.name];
  return (
    <Disclosure title={t("facts")} about={about && <SideBySide names={about} />}>
      {facts ? (
        <div className="grid gap-6 md:grid-cols-2">
          <dl className="grid content-start gap-3 text-sm">
            <Fact label={t("description")}>
              {facts.description && (
                <p className="whitespace-pre-wrap wrap-anywhere">{facts.description}</p>
              )}
            </Fact>
            <Fact label={t("key")}>
              <code className="font-mono">{facts.key}</code>
            </Fact>
            <Fact label={t("type")}>{t(`types.${facts.type}`)}</Fact>
            <Fact label={t("owner")}>{facts.owner?.name}</Fact>
            <Fact label={t("implementationType")}>
              {facts.implementation_type && <ReferenceBadge label={facts.implementation_type} />}
            </Fact>
            <Fact label={t("userCategories")}>
              {facts.user_categories.length > 0 && (
                <span className="flex flex-wrap gap-1.5">
                  {facts.user_categories.map((category) => (
                    <ReferenceBadge key={category.id} label={category} />
                  ))}
                </span>
              )}
            </Fact>
            <Fact label={t("lastChange")}>
              <EditedBy of={facts} />
            </Fact>
          </dl>
          <section aria-label={t("history")} className="grid content-start gap-3">
            <h3 className="text-sm font-semibold">{t("history")}</h3>
            <TransitionList level="project" id={projectId} />
          </section>
        </div>
      ) : error ? (
        <ListFailure error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton className="h-40" />
      )}
    </Disclosure>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  const t = useTranslations("levels");
  return (
    <div className="grid gap-0.5">
      <dt className="text-xs text-muted">{label}</dt>
      <dd>{children || <span className="text-faint">{t("none")}</span>}</dd>
    </div>
  );
}
