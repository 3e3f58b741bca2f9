"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { SearchX, Trash2 } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { binQuery } from "@/api/levels";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Input } from "@/ui/input";
import { Skeleton } from "@/ui/skeleton";
import { BinRow } from "./bin-row";

export function BinScreen() {
  const t = useTranslations("bin");
  const [search, setSearch] = useState("");
  return (
    <Page className="max-w-4xl">
      <PageTitle>{t("title")}</PageTitle>
      <Breadcrumbs crumbs={[{ label: t("title") }]} />
      <PageHeader
        title={t("title")}
        about={t("about")}
        actions={
          <Input
            type="search"
            aria-label={t("search")}
            placeholder={t("search")}
            maxLength={200}
            className="w-56 max-sm:w-full"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        }
      />
      <Card>
        <Contents search={useDeferredValue(search.trim())} />
      </Card>
    </Page>
  );
}

function Contents({ search }: { search: string }) {
  const t = useTranslations("bin");
  const bin = useInfiniteQuery({ ...binQuery(search), placeholderData: keepPreviousData });
  if (bin.isPending) return <Skeleton className="m-4 h-40" />;
  if (!bin.data) return <ErrorState error={bin.error} onRetry={bin.refetch} />;
  const items = bin.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return search ? (
      <EmptyState icon={SearchX} title={t("noMatch", { search })} />
    ) : (
      <EmptyState icon={Trash2} title={t("empty")}>
        {t("emptyAbout")}
      </EmptyState>
    );
  }
  return (
    <>
      <ul aria-label={t("title")} className="divide-y divide-line">
        {items.map((binned) => (
          <BinRow key={binned.id} binned={binned} />
        ))}
      </ul>
      {bin.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button isBusy={bin.isFetchingNextPage} onClick={() => bin.fetchNextPage()}>
            {t("showMore")}
          </Button>
        </div>
      )}
    </>
  );
}
