"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { analyticsQuery } from "@/api/analytics";
import { useProblemText } from "@/components/problem-text";
import { dayIn } from "@/lib/days";
import { duration, share } from "@/lib/figures";
import { useLanguage } from "@/lib/language";
import { paths } from "@/lib/paths";
import { useChosenTimeZone } from "@/lib/time-zone";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";

type Props = {
  projectId: string;
  /** When its workflow did. */
  startedAt: string;
};

/** How long a project took so far, and the way to all figures. */
export function ProjectTimes({ projectId, startedAt }: Props) {
  const t = useTranslations("analytics.ofProject");
  return (
    <Card>
      <section aria-labelledby="project-times">
        <div className="flex items-center justify-between gap-3 p-3 pl-4">
          <h2 id="project-times" className="font-semibold">
            {t("title")}
          </h2>
          <Button asChild variant="quiet" size="sm">
            <Link href={paths.analytics(projectId)} prefetch={false}>
              {t("all")}
            </Link>
          </Button>
        </div>
        <Figures projectId={projectId} startedAt={startedAt} />
      </section>
    </Card>
  );
}

function Figures({ projectId, startedAt }: Props) {
  const t = useTranslations("analytics");
  const language = useLanguage();
  const zone = useChosenTimeZone();
  const problemText = useProblemText();
  const query = analyticsQuery({
    project_id: projectId,
    from: dayIn(zone, new Date(startedAt)),
    grain: "month",
    time_zone: zone,
  });
  // Never the figures of the project before.
  const { data, error } = useQuery({ ...query, placeholderData: undefined });
  if (error && !data) return <p className="px-4 pb-4 text-sm text-muted">{problemText(error)}</p>;
  if (!data) return <Skeleton className="mx-4 mb-4 h-10" />;
  const { now } = data;
  if (now.stages.count + now.gates.count === 0) {
    return <p className="px-4 pb-4 text-sm text-muted">{t("ofProject.none")}</p>;
  }
  const facts = [
    [t("measure.cycle"), duration(now.cycle.median_hours, language)],
    [t("measure.stages"), duration(now.stages.median_hours, language)],
    [t("measure.gates"), duration(now.gates.median_hours, language)],
    [t("measure.rejections"), share(now.rejection_rate, language)],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-3 px-4 pb-4 text-sm sm:grid-cols-4">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="font-medium tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
