"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { FileText, FolderClosed, Search, SearchX } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useFormatter } from "use-intl";
import type { DocumentSummary } from "@/api/documents";
import { documentsQuery } from "@/api/documents";
import type { Project } from "@/api/projects";
import { EmptyState } from "@/components/empty-state";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { Input } from "@/ui/input";
import { Cell, HeadCell, Table } from "@/ui/table";
import { foldersOf } from "./folders";

type Props = { project: Project };

/** Every document of the project by folder, to search through. */
export function DocumentList({ project }: Props) {
  const t = useTranslations("projects");
  const format = useFormatter();
  const [search, setSearch] = useState("");
  const wanted = useSettled(search.trim());
  const pages = useInfiniteQuery({
    ...documentsQuery(project.id, wanted),
    // The first page came with the project.
    initialData: wanted ? undefined : { pages: [project.documents], pageParams: [""] },
    placeholderData: (previous) => previous,
  });
  const documents = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const total = pages.data?.pages[0]?.total ?? 0;
  return (
    <Card>
      <section aria-labelledby="documents">
        <div className="flex flex-wrap items-center justify-between gap-3 p-3 pl-4">
          <h2 id="documents" className="font-semibold">
            {t("documents")}{" "}
            <span className="font-normal text-muted tabular-nums">{format.number(total)}</span>
          </h2>
          <SearchBox value={search} onChange={setSearch} />
        </div>
        {pages.isError && <Failure error={pages.error} onRetry={() => pages.refetch()} />}
        {documents.length > 0 && <Documents documents={documents} />}
        {pages.isSuccess && documents.length === 0 && <Nothing isSearch={wanted !== ""} />}
        {pages.hasNextPage && (
          <div className="grid justify-center p-3">
            <Button isBusy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
              {t("loadMore", { shown: documents.length, total })}
            </Button>
          </div>
        )}
      </section>
    </Card>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useTranslations("projects");
  return (
    <div className="relative w-full sm:w-64">
      <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-faint" />
      <Input
        type="search"
        aria-label={t("searchDocuments")}
        placeholder={t("searchDocuments")}
        value={value}
        maxLength={200}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 pl-8"
      />
    </div>
  );
}

function Documents({ documents }: { documents: readonly DocumentSummary[] }) {
  const t = useTranslations("projects");
  return (
    <Table caption={t("documents")} className="table-fixed">
      <thead>
        <tr>
          <HeadCell className="pl-4">{t("document")}</HeadCell>
          <HeadCell className="w-16 sm:w-20">{t("version")}</HeadCell>
          <HeadCell className="w-32 pr-4 text-right">{t("changed")}</HeadCell>
        </tr>
      </thead>
      {foldersOf(documents).map((folder) => (
        <tbody key={folder.path}>
          <tr>
            <th
              scope="rowgroup"
              colSpan={3}
              className="h-8 truncate border-b border-line bg-sunken px-4 text-left font-mono text-xs font-normal text-muted"
            >
              <FolderClosed aria-hidden className="mr-1.5 inline size-3.5 align-[-2px]" />
              {folder.path || t("topFolder")}
            </th>
          </tr>
          {folder.documents.map((document) => (
            <Row key={document.id} document={document} />
          ))}
        </tbody>
      ))}
    </Table>
  );
}

function Row({ document }: { document: DocumentSummary }) {
  const t = useTranslations("projects");
  const name = document.path.slice(document.path.lastIndexOf("/") + 1);
  return (
    <tr className="relative hover:bg-sunken/60">
      <Cell className="py-1.5 pl-4">
        <div className="flex min-w-0 items-center gap-2">
          <FileText aria-hidden className="size-4 shrink-0 text-faint" />
          <Link
            href={paths.document(document.id)}
            prefetch={false}
            title={document.path}
            className="min-w-0 truncate font-medium after:absolute after:inset-0"
          >
            {document.title}
          </Link>
          {document.missing_since && <Badge tone="warning">{t("fileMissing")}</Badge>}
          <span className="min-w-0 flex-1 truncate font-mono text-xs text-faint max-md:hidden">
            {name}
          </span>
        </div>
      </Cell>
      <Cell className="text-xs text-muted">{t("versionShort", { number: document.version })}</Cell>
      <Cell className="pr-4 text-right text-xs whitespace-nowrap text-muted">
        <When at={document.changed_at} />
      </Cell>
    </tr>
  );
}

function Nothing({ isSearch }: { isSearch: boolean }) {
  const t = useTranslations("projects");
  return isSearch ? (
    <EmptyState icon={SearchX} title={t("noMatch")} />
  ) : (
    <EmptyState icon={FileText} title={t("noDocuments")}>
      {t("noDocumentsAbout")}
    </EmptyState>
  );
}

function Failure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useTranslations("errors");
  const problemText = useProblemText();
  return (
    <Callout tone="danger" className="m-3">
      {problemText(error)}
      <Button size="sm" className="justify-self-start" onClick={onRetry}>
        {t("retry")}
      </Button>
    </Callout>
  );
}
