"use client";

import { useQuery } from "@tanstack/react-query";
import { ChartColumn } from "lucide-react";
import Link from "next/link";
import type { Analytics, AnalyticsTable } from "@/api/analytics";
import { analyticsFile, analyticsQuery } from "@/api/analytics";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { paths } from "@/lib/paths";
import { useChosenTimeZone } from "@/lib/time-zone";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import { FiguresSkeleton } from "./analytics-skeleton";
import { ClientCard } from "./client-card";
import { FilterBar } from "./filter-bar";
import { useFormats } from "./formats";
import { GateCard, RejectionCard } from "./gate-card";
import { Headlines } from "./headlines";
import { OpenNow } from "./open-now";
import { PeopleCard } from "./people-card";
import { StageCard } from "./stage-card";
import { TrendCard } from "./trend-card";
import type { Filters } from "./use-analytics-filters";
import { asked, measureOf, useAnalyticsFilters } from "./use-analytics-filters";

/** How long stages and gates take, who waits for whom, and how often work is rejected. */
export function AnalyticsScreen() {
  const t = useTranslations("analytics");
  const { filters, change, clear, isFiltered } = useAnalyticsFilters();
  const wanted = asked(filters, useChosenTimeZone());
  const { data, error, refetch, isPlaceholderData } = useQuery(analyticsQuery(wanted));
  const figures = error ? undefined : data;
  return (
    <Page className="max-w-7xl">
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader
        title={t("title")}
        about={figures ? <Period figures={figures} /> : t("aboutPage")}
      />
      {figures?.methods.length === 0 ? (
        <NoWorkflows />
      ) : (
        <>
          <FilterBar
            filters={filters}
            change={change}
            clear={clear}
            isFiltered={isFiltered}
            methods={data?.methods ?? []}
            period={figures?.period}
          />
          {error && <ErrorState error={error} onRetry={() => refetch()} />}
          {!error && !figures && <FiguresSkeleton />}
          {figures && (
            <div
              aria-busy={isPlaceholderData}
              className={classes("transition-opacity", isPlaceholderData && "opacity-60")}
            >
              <Figures
                figures={figures}
                filters={filters}
                change={change}
                fileOf={(table) => analyticsFile(wanted, table)}
              />
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function Period({ figures: { period } }: { figures: Analytics }) {
  const t = useTranslations("analytics");
  const { range } = useFormats();
  return t("period", {
    days: range(period.from, period.to),
    before: range(period.previous_from, period.previous_to),
  });
}

type Props = {
  figures: Analytics;
  filters: Filters;
  change: (changed: Filters) => void;
  fileOf: (table: AnalyticsTable) => string;
};

function Figures({ figures, filters, change, fileOf }: Props) {
  const { client } = filters;
  return (
    <>
      <Headlines figures={figures} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <TrendCard
          figures={figures}
          measure={measureOf(filters)}
          onMeasure={(measure) => change({ measure })}
          file={fileOf("trend")}
        />
        <StageCard table={figures.stages} client={client} file={fileOf("stages")} />
        <GateCard table={figures.gates} client={client} file={fileOf("gates")} />
        <PeopleCard table={figures.people} period={figures.period} file={fileOf("people")} />
        <RejectionCard table={figures.gates} file={fileOf("gates")} />
        <ClientCard
          table={figures.clients}
          file={fileOf("clients")}
          onChoose={(chosen) => change({ client: chosen })}
        />
        <OpenNow figures={figures} />
      </div>
    </>
  );
}

/** Where no project has a workflow yet: how numbers come to be. */
function NoWorkflows() {
  const t = useTranslations("analytics");
  return (
    <Card>
      <EmptyState
        icon={ChartColumn}
        title={t("empty")}
        actions={
          <Button asChild>
            <Link href={paths.portfolio()} prefetch={false}>
              {t("toPortfolio")}
            </Link>
          </Button>
        }
      >
        {t("emptyAbout")}
      </EmptyState>
    </Card>
  );
}
