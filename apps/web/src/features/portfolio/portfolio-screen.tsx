"use client";

import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { FolderInput, SearchX } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { portfolioQuery } from "@/api/portfolio";
import { EmptyState } from "@/components/empty-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { ClientCard } from "./client-card";
import { countProjects, filterPortfolio } from "./filter";
import { PortfolioSkeleton } from "./portfolio-skeleton";
import { SearchField } from "./search-field";
import { WaysIn } from "./ways-in";

export function PortfolioScreen() {
  return (
    <>
      <Title />
      <QueryBoundary skeleton={<PortfolioSkeleton />}>
        <Loaded />
      </QueryBoundary>
    </>
  );
}

/** The tab says how many projects wait for a decision. */
function Title() {
  const t = useTranslations("portfolio");
  const { data } = useQuery(portfolioQuery);
  const { waiting } = countProjects(data?.clients ?? []);
  return <PageTitle>{waiting > 0 ? t("titleWaiting", { waiting }) : t("title")}</PageTitle>;
}

function Loaded() {
  const { data } = useSuspenseQuery(portfolioQuery);
  const { projects } = countProjects(data.clients);
  return projects === 0 ? <NoProjects /> : <ProjectList clients={data.clients} />;
}

function NoProjects() {
  const t = useTranslations("portfolio");
  return (
    <Page className="max-w-3xl pt-12">
      <h1 className="text-2xl font-semibold tracking-tight">{t("empty")}</h1>
      <p className="mt-1 mb-6 text-muted">{t("emptyAbout")}</p>
      <WaysIn />
    </Page>
  );
}

type ListProps = { clients: Parameters<typeof filterPortfolio>[0] };

function ProjectList({ clients }: ListProps) {
  const t = useTranslations("portfolio");
  const [search, setSearch] = useSearchInAddress();
  const shown = filterPortfolio(clients, search);
  return (
    <Page>
      <PageHeader
        title={t("title")}
        about={<span role="status">{t("counts", countProjects(shown))}</span>}
        actions={
          <>
            <SearchField value={search} onChange={setSearch} />
            <ImportButton />
          </>
        }
      />
      <div className="grid gap-6">
        {shown.map((client, index) => (
          <ClientCard key={client.id} client={client} hasColumnTitles={index === 0} />
        ))}
        {shown.length === 0 && (
          <Card>
            <EmptyState
              icon={SearchX}
              title={t("noMatch", { search })}
              actions={<Button onClick={() => setSearch("")}>{t("clearSearch")}</Button>}
            />
          </Card>
        )}
      </div>
    </Page>
  );
}

/** The search lives in `?q=`, so that it survives a reload and the way back. */
function useSearchInAddress(): [string, (search: string) => void] {
  const [search, setSearch] = useState(useSearchParams().get("q") ?? "");
  const change = (next: string) => {
    setSearch(next);
    // Not through the router: each letter would ask the server for the page again.
    window.history.replaceState(
      null,
      "",
      next ? `?q=${encodeURIComponent(next)}` : paths.portfolio(),
    );
  };
  return [search, change];
}

function ImportButton() {
  const t = useTranslations("portfolio");
  const allowed = useCanChange();
  const content = (
    <>
      <FolderInput aria-hidden />
      {t("import")}
    </>
  );
  if (allowed !== true) return <GatedButton allowed={allowed}>{content}</GatedButton>;
  return (
    <Button asChild variant="primary">
      <Link href={paths.import()} prefetch={false}>
        {content}
      </Link>
    </Button>
  );
}
