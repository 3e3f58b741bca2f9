"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { AppWindow, Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Application } from "@/api/catalogue";
import { applicationsQuery } from "@/api/catalogue";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { PagedTable } from "@/components/paged-table";
import { SearchBox } from "@/components/search-box";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { GatedButton } from "@/ui/gated-button";
import { Cell, HeadCell } from "@/ui/table";
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
  return (
    <PagedTable
      pages={pages}
      words={{
        title: t("title"),
        none: t("none"),
        noneAbout: t("noneAbout"),
        noMatch: t("noMatch"),
        more: t("more"),
      }}
      icon={AppWindow}
      isFiltered={search !== ""}
      head={
        <>
          <HeadCell className="pl-4">{t("name")}</HeadCell>
          <HeadCell>{t("client")}</HeadCell>
          <HeadCell className="pr-4">{t("projects")}</HeadCell>
        </>
      }
      row={(application) => <Row key={application.id} application={application} />}
    />
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
