"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Building2 } from "lucide-react";
import Link from "next/link";
import type { Client } from "@/api/levels";
import { clientsQuery, referenceQuery } from "@/api/levels";
import { NewClientButton } from "@/components/levels/new-buttons";
import { ReferenceBadge } from "@/components/levels/reference-badge";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { PagedTable } from "@/components/paged-table";
import { SearchBox } from "@/components/search-box";
import { useSeesAllClients } from "@/components/use-can-change";
import type { AddressFilters } from "@/lib/address-filters";
import { useAddressFilters } from "@/lib/address-filters";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Badge } from "@/ui/badge";
import { Checkbox } from "@/ui/checkbox";
import { Select } from "@/ui/select";
import { Cell, HeadCell } from "@/ui/table";

const ALL = "all";
type Filters = AddressFilters<"search" | "domain" | "archived">;

/** All clients, those without a project and those in the archive too. */
export function ClientsScreen() {
  const t = useTranslations("clients");
  const { filters, change } = useAddressFilters(["search", "domain", "archived"]);
  return (
    <Page>
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader
        title={t("title")}
        about={t("about")}
        actions={
          <>
            <SearchBox
              label={t("search")}
              value={filters.search ?? ""}
              onChange={(search) => change({ search })}
            />
            <DomainSelect value={filters.domain} onChange={(domain) => change({ domain })} />
            <Checkbox
              label={t("showArchived")}
              checked={filters.archived === "true"}
              onCheckedChange={(isOn) => change({ archived: isOn ? "true" : "" })}
            />
            <NewClientButton variant="primary" />
          </>
        }
      />
      <ClientList filters={filters} />
    </Page>
  );
}

type DomainProps = { value: string | undefined; onChange: (domainId: string) => void };

function DomainSelect({ value, onChange }: DomainProps) {
  const t = useTranslations("clients");
  const { data } = useQuery(referenceQuery("business_domain"));
  const domains = data?.items ?? [];
  return (
    <Select
      aria-label={t("domain")}
      value={value || ALL}
      onValueChange={(chosen) => onChange(chosen === ALL ? "" : chosen)}
      options={[
        { value: ALL, label: t("everyDomain") },
        ...domains.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      className="h-8 w-44 text-sm"
    />
  );
}

function ClientList({ filters }: { filters: Filters }) {
  const t = useTranslations("clients");
  const seesAll = useSeesAllClients();
  const search = useSettled((filters.search ?? "").trim());
  const pages = useInfiniteQuery({
    ...clientsQuery({
      search,
      domain_id: filters.domain || undefined,
      include_archived: filters.archived === "true",
    }),
    placeholderData: (previous) => previous,
  });
  return (
    <PagedTable
      pages={pages}
      words={{
        title: t("title"),
        none: t("none"),
        noneAbout: seesAll ? t("noneAbout") : t("noneSeen"),
        noMatch: t("noMatch"),
        more: t("more"),
      }}
      icon={Building2}
      isFiltered={search !== "" || Boolean(filters.domain)}
      head={
        <>
          <HeadCell className="pl-4">{t("name")}</HeadCell>
          <HeadCell className="max-sm:hidden">{t("domain")}</HeadCell>
          <HeadCell className="text-right">{t("services")}</HeadCell>
          <HeadCell className="pr-4 text-right">{t("projects")}</HeadCell>
        </>
      }
      row={(client) => <Row key={client.id} client={client} />}
    />
  );
}

function Row({ client }: { client: Client }) {
  const t = useTranslations("clients");
  return (
    <tr className="hover:bg-sunken/60">
      <Cell className="py-1.5 pl-4">
        <span className="flex flex-wrap items-center gap-x-2">
          <Link
            href={paths.client(client.id)}
            prefetch={false}
            className="font-medium wrap-anywhere hover:underline"
          >
            <bdi>{client.name}</bdi>
          </Link>
          {client.archived_at && <Badge>{t("archived")}</Badge>}
        </span>
      </Cell>
      <Cell className="max-sm:hidden">
        {client.domain && <ReferenceBadge label={client.domain} />}
      </Cell>
      <Cell className="text-right tabular-nums">{client.services_total}</Cell>
      <Cell className="pr-4 text-right tabular-nums">{client.projects_total}</Cell>
    </tr>
  );
}
