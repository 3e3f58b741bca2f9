"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { AppWindow, Plus, SearchX } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Application } from "@/api/catalogue";
import { applicationsQuery } from "@/api/catalogue";
import { EmptyState } from "@/components/empty-state";
import { ListFailure } from "@/components/list-failure";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { SearchBox } from "@/components/search-box";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { Skeleton } from "@/ui/skeleton";
import { Cell, HeadCell, Table } from "@/ui/table";
import { NewApplicationDialog } from "./application-dialog";

/** The catalogue: software of the clients, and the projects that build or change it. */
export function ApplicationsScreen() {
  const t = useTranslations("applications");
  const router = useRouter();
  const allowed = useCanChange();
  const [search, setSearch] = useState("");
  const [isAdding, setIsAdding] = useState(false);
  return (
    <Page>
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader
        title={t("title")}
        about={t("about")}
        actions={
          <>
            <SearchBox label={t("search")} value={search} onChange={setSearch} />
            <GatedButton variant="primary" allowed={allowed} onClick={() => setIsAdding(true)}>
              <Plus aria-hidden />
              {t("new")}
            </GatedButton>
          </>
        }
      />
      <Catalogue search={useSettled(search.trim())} />
      {isAdding && (
        <NewApplicationDialog
          onMade={({ id }) => router.push(paths.application(id))}
          onClose={() => setIsAdding(false)}
        />
      )}
    </Page>
  );
}

function Catalogue({ search }: { search: string }) {
  const t = useTranslations("applications");
  const pages = useInfiniteQuery({
    ...applicationsQuery(search),
    placeholderData: (previous) => previous,
  });
  const applications = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card>
      {pages.isError && <ListFailure error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <Skeleton className="m-4 h-40" />}
      {applications.length > 0 && (
        <Table caption={t("title")}>
          <thead>
            <tr>
              <HeadCell className="pl-4">{t("name")}</HeadCell>
              <HeadCell>{t("client")}</HeadCell>
              <HeadCell className="pr-4">{t("projects")}</HeadCell>
            </tr>
          </thead>
          <tbody>
            {applications.map((application) => (
              <Row key={application.id} application={application} />
            ))}
          </tbody>
        </Table>
      )}
      {pages.isSuccess && applications.length === 0 && (
        <EmptyState icon={search ? SearchX : AppWindow} title={t(search ? "noMatch" : "none")}>
          {!search && t("noneAbout")}
        </EmptyState>
      )}
      {pages.hasNextPage && (
        <div className="grid justify-center p-3">
          <Button isBusy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Row({ application }: { application: Application }) {
  const t = useTranslations("applications");
  const rest = application.projects_total - application.projects.length;
  return (
    <tr className="hover:bg-sunken/60">
      <Cell className="py-1.5 pl-4">
        <Link
          href={paths.application(application.id)}
          prefetch={false}
          className="font-medium hover:underline"
        >
          <bdi>{application.name}</bdi>
        </Link>
        {application.description && (
          <bdi className="line-clamp-1 text-xs text-muted">{application.description}</bdi>
        )}
      </Cell>
      <Cell>
        <bdi>{application.client.name}</bdi>
      </Cell>
      <Cell className="py-1.5 pr-4">
        <span className="flex flex-wrap gap-x-3 gap-y-1">
          {application.projects.map((project) => (
            <Link
              key={project.id}
              href={paths.project(project.id)}
              prefetch={false}
              title={t(`relation.${project.relation}`)}
              className="text-accent-text hover:underline"
            >
              <bdi>{project.name}</bdi>
            </Link>
          ))}
          {rest > 0 && <span className="text-muted">{t("andMore", { rest })}</span>}
          {application.projects_total === 0 && <span className="text-muted">{t("noProject")}</span>}
        </span>
      </Cell>
    </tr>
  );
}
