"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { AlarmClock, Inbox as InboxIcon, SearchX } from "lucide-react";
import type { ComponentType } from "react";
import { useState } from "react";
import type { Inbox, Item } from "@/api/inbox";
import { inboxQuery, useSnoozing } from "@/api/inbox";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { showToast } from "@/ui/toast-store";
import { FilterBar } from "./filter-bar";
import { InboxRow } from "./inbox-row";
import { ReadingBar } from "./reading-bar";
import { SnoozeDialog } from "./snooze-dialog";
import type { InboxAddress } from "./use-inbox-filters";
import { useInboxFilters } from "./use-inbox-filters";
import { useInboxKeys } from "./use-inbox-keys";

type DecisionProps = {
  gateId: string;
  submissionId: string;
  verdict: "approved" | "rejected";
  onDecided: () => void;
  onClose: () => void;
};

type StageProps = { asks: NonNullable<Item["asks"]>; about: string; onClose: () => void };

type Props = {
  /** The gates' own dialog: what is decided is shown there. */
  DecisionDialog: ComponentType<DecisionProps>;
  /** The projects' own: there one says what a stage asks. */
  StageDialog: ComponentType<StageProps>;
};

/** One queue over all clients, the most costly delay first. */
export function InboxScreen(dialogs: Props) {
  const t = useTranslations("inbox");
  const address = useInboxFilters();
  const pages = useInfiniteQuery({
    ...inboxQuery(address.asked),
    placeholderData: keepPreviousData,
  });
  const inbox = pages.data?.pages[0];
  return (
    <Page className="max-w-4xl">
      <PageTitle>{inbox ? `${t("title")} (${inbox.totals.items})` : t("title")}</PageTitle>
      <Breadcrumbs crumbs={[{ label: t("title") }]} />
      <PageHeader title={t("title")} about={t("about")} />
      {!inbox && pages.isError && <ErrorState error={pages.error} onRetry={pages.refetch} />}
      {!inbox && !pages.isError && <Skeleton className="h-96" />}
      {inbox && (
        <>
          <ReadingBar reading={inbox.reading} />
          <FilterBar address={address} inbox={inbox} />
          <Queue
            items={pages.data?.pages.flatMap(({ page }) => page.items) ?? []}
            inbox={inbox}
            address={address}
            {...dialogs}
          />
          {pages.hasNextPage && (
            <div className="mt-4 grid justify-center">
              <Button isBusy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
                {t("showMore")}
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

type QueueProps = Props & { items: readonly Item[]; inbox: Inbox; address: InboxAddress };
type Asked = { item: Item; verdict: "approved" | "rejected" };

function Queue({ items, inbox, address, DecisionDialog, StageDialog }: QueueProps) {
  const t = useTranslations("inbox");
  const problemText = useProblemText();
  const { snooze, unsnooze } = useSnoozing();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [answered, setAnswered] = useState<Item | null>(null);
  const [snoozed, setSnoozed] = useState<Item | null>(null);
  const decide = (item: Item, verdict: Asked["verdict"]) => setAsked({ item, verdict });
  const bringBack = (item: Item) =>
    unsnooze.mutate(item, {
      onSuccess: () => showToast({ tone: "success", title: t("unsnoozed") }),
      onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
    });
  const ask = (item: Item) => {
    if (item.snoozed_until) return bringBack(item);
    snooze.reset();
    setSnoozed(item);
  };
  const putOff = (item: Item) => (until: string, reason: string) =>
    snooze.mutate(
      { item, until, reason },
      {
        onSuccess: () => {
          setSnoozed(null);
          showToast({
            tone: "success",
            title: t("snoozedNow"),
            action: { label: t("undo"), onAction: () => bringBack(item) },
          });
        },
      },
    );
  useInboxKeys(items, { onDecide: decide, onAnswer: setAnswered, onSnooze: ask });
  return (
    <>
      <Card>
        {items.length === 0 ? (
          <Nothing address={address} />
        ) : (
          <ul
            aria-label={address.isSnoozed ? t("snoozedList") : t("title")}
            className="divide-y divide-line overflow-hidden rounded-lg"
          >
            {items.map((item) => (
              <InboxRow
                key={`${item.kind} ${item.id}`}
                item={item}
                wordsAMinute={inbox.reading.words_a_minute}
                onDecide={decide}
                onAnswer={setAnswered}
                onSnooze={ask}
                onUnsnooze={bringBack}
              />
            ))}
          </ul>
        )}
      </Card>
      {asked?.item.gate_id && (
        <DecisionDialog
          gateId={asked.item.gate_id}
          submissionId={asked.item.id}
          verdict={asked.verdict}
          onDecided={() => {
            setAsked(null);
            showToast({ tone: "success", title: t(`done.${asked.verdict}`) });
          }}
          onClose={() => setAsked(null)}
        />
      )}
      {answered?.asks && (
        <StageDialog
          asks={answered.asks}
          about={`${answered.title} · ${answered.place.client} / ${answered.place.project}`}
          onClose={() => setAnswered(null)}
        />
      )}
      {snoozed && (
        <SnoozeDialog
          item={snoozed}
          isBusy={snooze.isPending}
          error={snooze.error}
          onSnooze={putOff(snoozed)}
          onClose={() => setSnoozed(null)}
        />
      )}
    </>
  );
}

function Nothing({ address }: { address: InboxAddress }) {
  const t = useTranslations("inbox");
  if (address.isNarrowed) {
    return (
      <EmptyState
        icon={SearchX}
        title={t("noMatch")}
        actions={<Button onClick={address.widen}>{t("showAll")}</Button>}
      />
    );
  }
  if (address.isSnoozed) return <EmptyState icon={AlarmClock} title={t("nothingSnoozed")} />;
  return (
    <EmptyState icon={InboxIcon} title={t("nothing")}>
      {t("nothingAbout")}
    </EmptyState>
  );
}
