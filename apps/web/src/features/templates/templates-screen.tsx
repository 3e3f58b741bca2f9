"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Library, Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { TemplateRow } from "@/api/templates";
import { templatesQuery } from "@/api/templates";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { PagedTable } from "@/components/paged-table";
import { SearchBox } from "@/components/search-box";
import { useCanChange } from "@/components/use-can-change";
import { methodName } from "@/lib/method-name";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Badge } from "@/ui/badge";
import { Checkbox } from "@/ui/checkbox";
import { GatedButton } from "@/ui/gated-button";
import { Cell, HeadCell } from "@/ui/table";
import { UploadDialog } from "./upload-dialog";

/** The library: what projects run through, and templates of one's own. */
export function TemplatesScreen() {
  const t = useTranslations("templates");
  const router = useRouter();
  const allowed = useCanChange();
  const [search, setSearch] = useState("");
  const [archived, setArchived] = useState(false);
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
              {t("add")}
            </GatedButton>
          </>
        }
      />
      <Shelf search={useSettled(search.trim())} archived={archived} />
      <Checkbox
        className="mt-3 text-muted"
        label={t("showArchived")}
        checked={archived}
        onCheckedChange={setArchived}
      />
      {isAdding && (
        <UploadDialog
          onMade={({ id }) => router.push(paths.template(id))}
          onClose={() => setIsAdding(false)}
        />
      )}
    </Page>
  );
}

function Shelf({ search, archived }: { search: string; archived: boolean }) {
  const t = useTranslations("templates");
  const pages = useInfiniteQuery({
    ...templatesQuery({ search, archived }),
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
      icon={Library}
      isFiltered={search !== ""}
      head={
        <>
          <HeadCell className="pl-4">{t("name")}</HeadCell>
          <HeadCell>{t("method")}</HeadCell>
          <HeadCell className="text-right max-sm:hidden">{t("versions")}</HeadCell>
          <HeadCell className="pr-4 text-right">{t("projects")}</HeadCell>
        </>
      }
      row={(template) => <Row key={template.id} template={template} />}
    />
  );
}

function Row({ template }: { template: TemplateRow }) {
  const t = useTranslations("templates");
  return (
    <tr className="hover:bg-sunken/60">
      <Cell className="py-1.5 pl-4">
        <span className="flex flex-wrap items-center gap-2">
          <Link
            href={paths.template(template.id)}
            prefetch={false}
            className="font-medium hover:underline"
          >
            <bdi>{template.name}</bdi>
          </Link>
          {template.archived_at && <Badge>{t("archived")}</Badge>}
        </span>
        {template.description && (
          <bdi className="line-clamp-1 text-xs text-muted">{template.description}</bdi>
        )}
      </Cell>
      <Cell>
        {template.is_own ? (
          <Badge tone="accent">{t("own")}</Badge>
        ) : (
          methodName(template.method, template.generation)
        )}
      </Cell>
      <Cell className="text-right tabular-nums max-sm:hidden">{template.versions_total}</Cell>
      <Cell className="pr-4 text-right tabular-nums">{template.projects_total}</Cell>
    </tr>
  );
}
