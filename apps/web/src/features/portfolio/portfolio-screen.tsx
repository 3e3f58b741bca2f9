"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { FolderInput, SearchX } from "lucide-react";
import Link from "next/link";
import { clientChoicesQuery } from "@/api/catalogue";
import type { Dashboard, ListedProject } from "@/api/dashboard";
import { dashboardQuery } from "@/api/dashboard";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { NewClientButton, NewProjectButton } from "@/components/levels/new-buttons";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useDebounced } from "@/lib/use-debounced";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import { GatedButton } from "@/ui/gated-button";
import { BulkBar } from "./bulk-bar";
import { Charts } from "./charts";
import type { Choice } from "./choice";
import { addressOf, choiceOf, filtersOf, widened } from "./choice";
import { FilterBar } from "./filter-bar";
import { MoreProjects } from "./more-projects";
import { PortfolioSkeleton } from "./portfolio-skeleton";
import { ProjectList } from "./project-list";
import { Totals } from "./totals";
import { useChoice } from "./use-choice";
import { useRowKeys } from "./use-row-keys";
import { useSelection } from "./use-selection";
import { WaysIn } from "./ways-in";

/** Letters that come faster than this are asked for together. */
const PAUSE_MS = 120;

export function PortfolioScreen() {
  const [choice, choose] = useChoice();
  const search = useDebounced(choice.search, PAUSE_MS);
  const asked = filtersOf({ ...choice, search });
  const query = useInfiniteQuery(dashboardQuery(asked));
  const dashboard = query.data?.pages[0]?.dashboard;
  if (!dashboard) {
    if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
    return <PortfolioSkeleton />;
  }
  return (
    <>
      <Title waiting={dashboard.totals.waiting} />
      {dashboard.is_empty ? (
        <NoProjects />
      ) : (
        <Projects
          dashboard={dashboard}
          rows={query.data?.pages.flatMap(({ projects }) => projects.items) ?? []}
          choice={choice}
          onChoose={choose}
          isOld={query.isPlaceholderData || search !== choice.search}
          more={
            <MoreProjects
              hasMore={query.hasNextPage}
              isLoading={query.isFetchingNextPage}
              error={query.isFetchNextPageError ? query.error : null}
              onMore={() => query.fetchNextPage()}
            />
          }
        />
      )}
    </>
  );
}

/** The tab says how many projects wait for a decision. */
function Title({ waiting }: { waiting: number }) {
  const t = useTranslations("portfolio");
  return <PageTitle>{waiting > 0 ? t("titleWaiting", { waiting }) : t("title")}</PageTitle>;
}

function NoProjects() {
  const t = useTranslations("portfolio");
  const { data: clients } = useQuery(clientChoicesQuery(""));
  return (
    <Page className="max-w-3xl pt-12">
      <h1 className="text-2xl font-semibold tracking-tight">{t("empty")}</h1>
      <p className="mt-1 mb-6 text-muted">{t("emptyAbout")}</p>
      <WaysIn />
      <div className="mt-4 flex flex-wrap items-center gap-2 text-sm text-muted">
        {t("orByHand")}
        <NewClientButton />
        <NewProjectButton />
      </div>
      {clients && clients.items.length > 0 && <AllClients about={t("clientsThere")} />}
    </Page>
  );
}

/** The way to those that have no project here. */
function AllClients({ about }: { about: string }) {
  const t = useTranslations("portfolio");
  return (
    <p className="mt-6 text-sm text-muted">
      {about}{" "}
      <Link
        href={paths.clients()}
        prefetch={false}
        className="text-accent-text underline underline-offset-2"
      >
        {t("allClients")}
      </Link>
    </p>
  );
}

type Props = {
  dashboard: Dashboard;
  rows: readonly ListedProject[];
  choice: Choice;
  onChoose: (choice: Choice) => void;
  /** What is shown is of the choice before; the new one is on its way. */
  isOld: boolean;
  more: React.ReactNode;
};

function Projects({ dashboard, rows, choice, onChoose, isOld, more }: Props) {
  const t = useTranslations("portfolio");
  const canChange = useCanChange() === true;
  const selection = useSelection(rows);
  useRowKeys(selection, canChange);
  const { facets, totals } = dashboard;
  return (
    <Page className="max-w-7xl">
      <PageHeader
        title={t("title")}
        about={<Totals totals={totals} choice={choice} onChoose={onChoose} />}
        actions={
          <>
            <NewClientButton variant="quiet" />
            <NewProjectButton />
            <ImportButton />
          </>
        }
      />
      <Charts facets={facets} choice={choice} onChoose={onChoose} />
      <FilterBar facets={facets} choice={choice} onChoose={onChoose} />
      <div aria-busy={isOld} className={classes("transition-opacity", isOld && "opacity-60")}>
        {rows.length > 0 ? (
          <ProjectList
            rows={rows}
            facets={facets}
            choice={choice}
            onChoose={onChoose}
            selection={canChange ? selection : null}
          />
        ) : (
          <NoMatch choice={choice} onChoose={onChoose} />
        )}
        {more}
      </div>
      {choice.layout === "clients" && <AllClients about={t("allClientsAbout")} />}
      <BulkBar rows={rows} selection={selection} />
    </Page>
  );
}

function NoMatch({ choice, onChoose }: Pick<Props, "choice" | "onChoose">) {
  const t = useTranslations("portfolio");
  const search = choice.search.trim();
  const others = addressOf({ ...choice, search: "" });
  return (
    <Card>
      <EmptyState
        icon={SearchX}
        title={search ? t("noMatch", { search }) : t("noneLeft")}
        actions={
          <>
            {search && others !== addressOf(widened(choice)) && (
              <Button onClick={() => onChoose(choiceOf(others))}>{t("clearSearch")}</Button>
            )}
            <Button onClick={() => onChoose(widened(choice))}>{t("clearFilters")}</Button>
          </>
        }
      />
    </Card>
  );
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
