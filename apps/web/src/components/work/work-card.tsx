"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ListTodo, SearchX } from "lucide-react";
import { useState } from "react";
import type { Progress, WorkStatus } from "@/api/work";
import { progressQuery, workItemsQuery } from "@/api/work";
import { EmptyState } from "@/components/empty-state";
import { SectionCard } from "@/components/levels/section-card";
import { ListFailure } from "@/components/list-failure";
import { Notices } from "@/components/notices";
import { SearchBox } from "@/components/search-box";
import { dayRange } from "@/lib/figures";
import { useLanguage } from "@/lib/language";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Select } from "@/ui/select";
import { Skeleton } from "@/ui/skeleton";
import { StatusBar, StatusLegend, statuses } from "./status-bar";
import { WorkRow } from "./work-row";

type Props = { projectId: string };

/** Where epics, stories and specs stand by the project's own files. */
export function WorkCard({ projectId }: Props) {
  const t = useTranslations("work");
  const { data, error, refetch } = useQuery(progressQuery(projectId));
  return (
    <SectionCard title={t("title")}>
      {error && !data && <ListFailure error={error} onRetry={refetch} />}
      {!(error || data) && <Skeleton className="m-4 h-32" />}
      {data && <Contents projectId={projectId} progress={data} />}
    </SectionCard>
  );
}

function Contents({ projectId, progress }: Props & { progress: Progress }) {
  const t = useTranslations("work");
  if (progress.counts.length === 0) {
    return (
      <>
        <Disagreements progress={progress} />
        <EmptyState icon={ListTodo} title={t("empty")}>
          {t("emptyAbout")}
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <Standing progress={progress} kind="story" />
      <Standing progress={progress} kind="task" />
      <SprintAge progress={progress} />
      <Disagreements progress={progress} />
      <Items projectId={projectId} />
      <Oddities notices={progress.notices} />
    </>
  );
}

/** How many of a kind are done, and where the others stand; nothing where there is none. */
function Standing({ progress, kind }: { progress: Progress; kind: "story" | "task" }) {
  const t = useTranslations("work");
  const counts = progress.counts.filter((each) => each.kind === kind);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const done = counts.find(({ status }) => status === "done")?.count ?? 0;
  if (total === 0) return null;
  return (
    <div className="grid gap-2.5 px-4 py-3">
      <p className="text-sm">{t(`done.${kind}`, { done, total })}</p>
      <StatusBar counts={counts} className="h-2" />
      <StatusLegend counts={counts} />
    </div>
  );
}

/** That nobody has written the sprint status for days, as BMAD says beside it. */
function SprintAge({ progress }: { progress: Progress }) {
  const t = useTranslations("work");
  const language = useLanguage();
  const { sprint_updated_on: on, is_sprint_stale: isStale } = progress;
  if (!(on && isStale)) return null;
  return (
    <Callout tone="warning" className="mx-4 mb-3">
      {t("sprintStale", { on: dayRange(on, on, language) })}
    </Callout>
  );
}

/** What is recorded of a stage and what the files show, where these differ. */
function Disagreements({ progress }: { progress: Progress }) {
  const t = useTranslations("work");
  const stateName = useTranslations("projects.states");
  if (progress.stages.length === 0) return null;
  return (
    <Callout tone="warning" title={t("stagesTitle")} className="mx-4 my-3">
      <ul className="grid gap-1">
        {progress.stages.map(({ stage_id, title, state, finding, names, open, total }) => (
          <li key={`${stage_id}:${finding}`} className="wrap-anywhere">
            {t(`findings.${finding}`, {
              stage: title,
              state: stateName(state),
              names: names.join(", "),
              open,
              total,
            })}
          </li>
        ))}
      </ul>
    </Callout>
  );
}

function Items({ projectId }: Props) {
  const t = useTranslations("work");
  const [search, setSearch] = useState("");
  const [status, setStatus] = useState<WorkStatus | "all">("all");
  const wanted = {
    search: useSettled(search.trim()),
    status: status === "all" ? undefined : status,
  };
  const isFiltered = wanted.search !== "" || wanted.status !== undefined;
  const pages = useInfiniteQuery({
    ...workItemsQuery(projectId, wanted),
    placeholderData: (previous) => previous,
  });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="border-t border-line">
      <div className="flex flex-wrap items-center gap-2 p-3">
        <SearchBox label={t("search")} value={search} onChange={setSearch} />
        <div className="w-44 max-sm:flex-1">
          <Select
            aria-label={t("status")}
            className="h-8 w-full text-sm"
            value={status}
            onValueChange={(chosen) => setStatus(chosen as WorkStatus | "all")}
            options={[
              { value: "all", label: t("allStatuses") },
              ...statuses.map((each) => ({ value: each, label: t(`statuses.${each}`) })),
            ]}
          />
        </div>
      </div>
      {pages.isError && <ListFailure error={pages.error} onRetry={pages.refetch} />}
      {pages.isSuccess && items.length === 0 && <EmptyState icon={SearchX} title={t("noMatch")} />}
      <ul aria-label={t("title")} className="grid">
        {items.map((item) => (
          <WorkRow key={item.id} projectId={projectId} item={item} isFlat={isFiltered} />
        ))}
      </ul>
      {pages.hasNextPage && (
        <div className="grid justify-center border-t border-line p-3">
          <Button isBusy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What was odd about the ledgers, one line each. */
function Oddities({ notices }: Pick<Progress, "notices">) {
  const t = useTranslations("work");
  if (notices.length === 0) return null;
  return (
    <details className="border-t border-line text-sm">
      <summary className="cursor-pointer px-4 py-3 text-muted hover:bg-sunken/60">
        {t("oddities", { count: notices.length })}
      </summary>
      <div className="px-4 pb-4">
        <Notices notices={notices} />
      </div>
    </details>
  );
}
