"use client";

import { useQuery } from "@tanstack/react-query";
import { ExternalLink, HeartPulse } from "lucide-react";
import { useState } from "react";
import { useNow } from "use-intl";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { useLanguage } from "@/lib/language";
import { publicStatus } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { ComponentsCard } from "./components-card";
import { ExplainDialog } from "./explain-dialog";
import { OpenIncidents, PastIncidents } from "./incidents";
import { Maintenances } from "./maintenances";
import { PlanDialog } from "./plan-dialog";
import type { Incident, Published } from "./queries";
import { statusPageQuery } from "./queries";
import { useTold } from "./use-told";

const TONES = {
  none: "success",
  minor: "warning",
  major: "danger",
  critical: "danger",
  maintenance: "info",
  unknown: "info",
} as const;

/** The prober looks every 15 seconds; this old, what it found is doubtful. */
const STALE_MS = 3 * 60_000;

/** The status page for administrators: how AgentLab is, and what they say of it. */
export function StatusPageScreen() {
  const t = useTranslations("statusPage");
  const query = useQuery(statusPageQuery);
  const [isPlanning, setIsPlanning] = useState(false);
  const [explained, setExplained] = useState<Incident | null>(null);
  const page = query.data?.page;
  return (
    <Page className="max-w-5xl">
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader
        title={t("title")}
        about={<p className="max-w-prose">{t("about")}</p>}
        actions={page && <Actions onPlan={() => setIsPlanning(true)} />}
      />
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      )}
      {query.isPending && <Skeleton className="h-64" />}
      {page === null && <None />}
      {page && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <Overall page={page} error={query.error} readAt={query.dataUpdatedAt} />
          <OpenIncidents incidents={page.incidents.filter(isOpen)} onExplain={setExplained} />
          <Maintenances maintenances={page.maintenances} />
          <ComponentsCard components={page.components} />
          <PastIncidents
            incidents={page.incidents.filter((incident) => !isOpen(incident))}
            onExplain={setExplained}
          />
        </div>
      )}
      {isPlanning && page && (
        <PlanDialog components={page.components} onClose={() => setIsPlanning(false)} />
      )}
      {explained && <ExplainDialog incident={explained} onClose={() => setExplained(null)} />}
    </Page>
  );
}

const isOpen = ({ resolved_at }: Incident) => resolved_at === null;

function Actions({ onPlan }: { onPlan: () => void }) {
  const t = useTranslations("statusPage");
  const language = useLanguage();
  return (
    <>
      <Button asChild>
        {/* No page of this app: the edge serves it from files. */}
        <a href={publicStatus(language)}>
          <ExternalLink aria-hidden />
          {t("open")}
        </a>
      </Button>
      <Button variant="primary" onClick={onPlan}>
        {t("plan")}
      </Button>
    </>
  );
}

function None() {
  const t = useTranslations("statusPage");
  return (
    <Card>
      <EmptyState icon={HeartPulse} title={t("none")}>
        <p>{t("noneAbout")}</p>
        <p className="mt-2">{t("noneHow")}</p>
      </EmptyState>
    </Card>
  );
}

type OverallProps = { page: Published; error: unknown; readAt: number };

/** All components in one sentence, and whether that can be relied on. */
function Overall({ page, error, readAt }: OverallProps) {
  const t = useTranslations("statusPage");
  const told = useTold();
  const problemText = useProblemText();
  const now = useNow({ updateInterval: 15_000 });
  const { checked_at: checked } = page;
  const when = () => <When at={checked ?? ""} />;
  const isStale = checked !== null && readAt - Date.parse(checked) > STALE_MS;
  return (
    <div className="grid gap-2">
      {error !== null && (
        <Callout tone="danger">
          <p>
            {t.rich("retry", {
              problem: problemText(error),
              when: () => <When at={new Date(Math.min(readAt, now.getTime())).toISOString()} />,
            })}
          </p>
        </Callout>
      )}
      {isStale && <Callout tone="warning">{t("stale")}</Callout>}
      <Callout tone={TONES[page.indicator]} title={told(page.says)}>
        {checked && <p>{t.rich("checked", { when })}</p>}
      </Callout>
    </div>
  );
}
