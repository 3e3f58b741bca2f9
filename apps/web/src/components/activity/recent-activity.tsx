"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { recentActivityQuery } from "@/api/activity";
import { useProblemText } from "@/components/problem-text";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { ActivityLine } from "./activity-line";

type Props = {
  /** Of which project; of the whole portfolio without one. */
  projectId?: string;
};

/** The last few things that were done, and the way to all of them. Follows what others do. */
export function RecentActivity({ projectId }: Props) {
  const t = useTranslations("activity");
  return (
    <Card>
      <section aria-labelledby="recent-activity">
        <div className="flex items-center justify-between gap-3 p-3 pl-4">
          <h2 id="recent-activity" className="font-semibold">
            {t("recent")}
          </h2>
          <Button asChild variant="quiet" size="sm">
            <Link href={paths.activity(projectId)} prefetch={false}>
              {t("all")}
            </Link>
          </Button>
        </div>
        <Lines projectId={projectId} />
      </section>
    </Card>
  );
}

function Lines({ projectId }: Props) {
  const t = useTranslations("activity");
  const problemText = useProblemText();
  const { data, error } = useQuery(recentActivityQuery(projectId));
  if (error && !data) return <p className="px-4 pb-4 text-sm text-muted">{problemText(error)}</p>;
  if (!data) return <LinesSkeleton lines={3} />;
  if (data.items.length === 0) {
    return <p className="px-4 pb-4 text-sm text-muted">{t("nothingYet")}</p>;
  }
  return (
    <ul className="grid pb-2">
      {data.items.map((activity) => (
        <ActivityLine key={activity.sequence} activity={activity} />
      ))}
    </ul>
  );
}

export function LinesSkeleton({ lines }: { lines: number }) {
  return (
    <div aria-busy className="grid gap-4 px-4 py-3">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all the same
        <Skeleton key={line} className="h-6" />
      ))}
    </div>
  );
}
