"use client";

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowUp, History } from "lucide-react";
import { useEffect, useState } from "react";
import { useFormatter, useNow } from "use-intl";
import type { Activity, ActivityFilters } from "@/api/activity";
import { activityFeedQuery, activityNewsQuery, lookAtActivity } from "@/api/activity";
import { useAccount } from "@/api/session";
import { ActivityLine } from "@/components/activity/activity-line";
import { LinesSkeleton } from "@/components/activity/recent-activity";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { When } from "@/components/when";
import { useChosenTimeZone } from "@/lib/time-zone";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { FilterBar } from "./activity-filters";
import { byDay, nearness } from "./days";
import { asked, useActivityFilters } from "./use-activity-filters";

/** What was done in the portfolio, by day, newest first. */
export function ActivityScreen() {
  const t = useTranslations("activity");
  const address = useActivityFilters();
  const wanted = asked(address.filters, useChosenTimeZone());
  const feed = useFeed(wanted, address.isFiltered);
  return (
    <Page className="max-w-4xl">
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader title={t("title")} about={<SinceLooked feed={feed} />} />
      <FilterBar {...address} actors={feed.items.map(({ actor }) => actor)} />
      {feed.error ? (
        <ErrorState error={feed.error} onRetry={feed.again} />
      ) : (
        <Feed feed={feed} wanted={wanted} isFiltered={address.isFiltered} onClear={address.clear} />
      )}
    </Page>
  );
}

type FeedState = ReturnType<typeof useFeed>;

/** The feed, and up to where it was seen before this visit. */
function useFeed(wanted: ActivityFilters, isFiltered: boolean) {
  const { id } = useAccount();
  const client = useQueryClient();
  const query = activityFeedQuery(wanted);
  const pages = useInfiniteQuery({ ...query, placeholderData: (previous) => previous });
  const [before, setBefore] = useState<{ lookedAt: string | null; news: number | null }>();
  const first = pages.data?.pages[0];
  if (first && !before) setBefore({ lookedAt: first.looked_at, news: first.news });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const newest = items[0];
  useLooked(isFiltered ? undefined : newest?.at);
  return {
    items,
    newest,
    before,
    error: pages.isError && !pages.data ? pages.error : null,
    isReady: pages.data !== undefined,
    hasMore: pages.hasNextPage,
    isMoreComing: pages.isFetchingNextPage,
    more: () => pages.fetchNextPage(),
    again: () => client.resetQueries({ queryKey: query.queryKey }),
    isNew: ({ at, actor }: Activity) =>
      Boolean(before?.lookedAt && at > before.lookedAt && isOfOthers(actor, id)),
  };
}

/** What one's agents do is news to oneself. */
const isOfOthers = ({ id, token_id }: Activity["actor"], me: string) =>
  id !== me || token_id !== null;

/** Having the newest of everything on the screen is having seen it. */
function useLooked(at: string | undefined): void {
  useEffect(() => {
    if (at) lookAtActivity(at).catch(() => undefined); // only a mark; the next visit makes it again
  }, [at]);
}

function SinceLooked({ feed }: { feed: FeedState }) {
  const t = useTranslations("activity");
  if (!feed.before?.lookedAt) return <span>{t("about")}</span>;
  return (
    <span role="status">
      {feed.before.news === null
        ? t("muchSinceLooked")
        : t("sinceLooked", { count: feed.before.news })}{" "}
      <span className="text-faint">
        (<When at={feed.before.lookedAt} />)
      </span>
    </span>
  );
}

type FeedProps = {
  feed: FeedState;
  wanted: ActivityFilters;
  isFiltered: boolean;
  onClear: () => void;
};

function Feed({ feed, wanted, isFiltered, onClear }: FeedProps) {
  const t = useTranslations("activity");
  const zone = useChosenTimeZone();
  if (!feed.isReady) return <LinesSkeleton lines={8} />;
  if (!feed.newest) {
    return (
      <Card>
        <EmptyState
          icon={History}
          title={t(isFiltered ? "noMatch" : "nothingYet")}
          actions={isFiltered && <Button onClick={onClear}>{t("clear")}</Button>}
        >
          {!isFiltered && t("nothingYetAbout")}
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="grid gap-6">
      <NewOnes wanted={wanted} newest={feed.newest.sequence} onShow={feed.again} />
      {byDay(feed.items, zone).map(({ key, date, items }) => (
        <section key={key} aria-labelledby={`day-${key}`} className="grid gap-2">
          <h2 id={`day-${key}`} className="text-sm font-medium text-muted">
            <DayName date={date} />
          </h2>
          <Card>
            <ol className="grid divide-y divide-line overflow-hidden rounded-lg">
              {items.map((activity) => (
                <ActivityLine
                  key={activity.sequence}
                  activity={activity}
                  isNew={feed.isNew(activity)}
                  hasDay
                />
              ))}
            </ol>
          </Card>
        </section>
      ))}
      {feed.hasMore && (
        <div className="grid justify-center">
          <Button isBusy={feed.isMoreComing} onClick={feed.more}>
            {t("showMore")}
          </Button>
        </div>
      )}
    </div>
  );
}

function DayName({ date }: { date: Date }) {
  const t = useTranslations("activity");
  const format = useFormatter();
  const near = nearness(date, useNow({ updateInterval: 60_000 }), useChosenTimeZone());
  return near ? t(near) : format.dateTime(date, { dateStyle: "full" });
}

type NewOnesProps = { wanted: ActivityFilters; newest: number; onShow: () => void };

/** Says that more has happened, without moving what is being read. */
function NewOnes({ wanted, newest, onShow }: NewOnesProps) {
  const t = useTranslations("activity");
  const { data: count = 0 } = useQuery(activityNewsQuery(wanted, newest));
  return (
    <div role="status" className="sticky top-14 z-10 grid justify-center empty:hidden">
      {count > 0 && (
        <Button variant="primary" size="sm" className="rounded-full shadow-raised" onClick={onShow}>
          <ArrowUp aria-hidden />
          {t("newOnes", { count })}
        </Button>
      )}
    </div>
  );
}
