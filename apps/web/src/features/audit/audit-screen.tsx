"use client";

import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { useState } from "react";
import { LinesSkeleton } from "@/components/activity/recent-activity";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useAddressFilters } from "@/lib/address-filters";
import { useChosenTimeZone } from "@/lib/time-zone";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { AuditFilters } from "./audit-filters";
import { EntryDialog } from "./entry-dialog";
import { EntryTable } from "./entry-table";
import type { Entry, Filters } from "./queries";
import { entriesQuery, exportAddress, FILTERS } from "./queries";
import { RetentionCard } from "./retention-card";
import { VerificationCard } from "./verification-card";

/** The audit trail for administrators: filtered, in detail, verified, exported. */
export function AuditScreen() {
  const t = useTranslations("audit");
  const { filters, change, clear, isFiltered } = useAddressFilters(FILTERS);
  const wanted = { ...filters, search: useSettled(filters.search ?? "") };
  const pages = useInfiniteQuery({
    ...entriesQuery(wanted, useChosenTimeZone()),
    placeholderData: (previous) => previous,
  });
  const entries = pages.data?.pages.flatMap((page) => page.items);
  return (
    <Page>
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader title={t("title")} about={t("about")} actions={<Exports filters={wanted} />} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
        <VerificationCard />
        <RetentionCard />
        <AuditFilters {...{ filters, change, clear, isFiltered }} entries={entries ?? []} />
        <Entries {...{ pages, entries }} onOnly={change} onClear={clear} />
      </div>
    </Page>
  );
}

function Exports({ filters }: { filters: Filters }) {
  const t = useTranslations("audit");
  const zone = useChosenTimeZone();
  return (
    <>
      <Button asChild>
        <a href={exportAddress(filters, zone, "csv")} download>
          <Download aria-hidden />
          {t("exportCsv")}
        </a>
      </Button>
      <Button asChild>
        <a href={exportAddress(filters, zone, "jsonl")} download>
          <Download aria-hidden />
          {t("exportJson")}
        </a>
      </Button>
    </>
  );
}

type EntriesProps = {
  pages: Pick<
    UseInfiniteQueryResult,
    "error" | "refetch" | "hasNextPage" | "isFetchingNextPage" | "fetchNextPage"
  >;
  /** Undefined while they load. */
  entries: Entry[] | undefined;
  onOnly: (only: Filters) => void;
  onClear: () => void;
};

function Entries({ pages, entries, onOnly, onClear }: EntriesProps) {
  const t = useTranslations("audit");
  const [opened, setOpened] = useState<Entry | null>(null);
  if (!entries) {
    if (pages.error) return <ErrorState error={pages.error} onRetry={() => pages.refetch()} />;
    return <LinesSkeleton lines={10} />;
  }
  const only = (chosen: Filters) => {
    setOpened(null);
    onOnly(chosen);
  };
  return (
    <Card>
      {entries.length === 0 ? (
        <EmptyState
          icon={ScrollText}
          title={t("noMatch")}
          actions={<Button onClick={onClear}>{t("clear")}</Button>}
        />
      ) : (
        <EntryTable entries={entries} onOpen={setOpened} />
      )}
      {pages.hasNextPage && (
        <div className="grid justify-center p-3">
          <Button isBusy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {t("showMore")}
          </Button>
        </div>
      )}
      {opened && <EntryDialog entry={opened} onOnly={only} onClose={() => setOpened(null)} />}
    </Card>
  );
}
