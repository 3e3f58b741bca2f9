import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { applicationQuery, applicationsQuery } from "@/api/catalogue";
import { servicesQuery } from "@/api/dashboard";
import type { ReferenceKind } from "@/api/levels";
import { referenceQuery, serviceQuery } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import type { Choice, fewer } from "./choice";
import { toggled, types } from "./choice";
import { FacetMenu } from "./facet-menu";

type Props = { choice: Choice; onChoose: (choice: Choice) => void };

/** The filters that most people need now and then: what clients, projects and services are. */
export function FewerFilters(props: Props) {
  const t = useTranslations("levels");
  const portfolio = useTranslations("portfolio");
  const applications = useTranslations("applications");
  return (
    <fieldset className="flex w-full flex-wrap items-center gap-2">
      <legend className="sr-only">{portfolio("moreFilters")}</legend>
      <ServiceMenu {...menuOf("service", props)} label={t("service")} />
      <ApplicationMenu {...menuOf("application", props)} label={applications("application")} />
      <ReferenceMenu {...menuOf("domain", props)} label={t("domain")} kind="business_domain" />
      <FacetMenu
        {...menuOf("type", props)}
        label={t("type")}
        options={types.map((value) => ({ value, label: t(`types.${value}`) }))}
      />
      <ReferenceMenu
        {...menuOf("implementation", props)}
        label={t("implementationType")}
        kind="implementation_type"
      />
      <ReferenceMenu {...menuOf("users", props)} label={t("userCategories")} kind="user_category" />
    </fieldset>
  );
}

const menuOf = (facet: (typeof fewer)[number], { choice, onChoose }: Props) => ({
  chosen: choice[facet],
  onToggle: (value: string) => onChoose(toggled(choice, facet, value)),
  onClear: () => onChoose({ ...choice, [facet]: [] }),
});

type MenuProps = ReturnType<typeof menuOf> & { label: string };

function ReferenceMenu({ kind, ...menu }: MenuProps & { kind: ReferenceKind }) {
  const { data } = useQuery(referenceQuery(kind));
  const options = data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return <FacetMenu {...menu} options={options} />;
}

// The server searches among thousands; what is chosen stands first.

function ServiceMenu(menu: MenuProps) {
  const [search, setSearch] = useState("");
  const found = useQuery(servicesQuery(useSettled(search.trim())));
  const chosen = useQueries({ queries: menu.chosen.map((id) => serviceQuery(id)) });
  const services = [...chosen.flatMap(({ data }) => data ?? []), ...(found.data?.items ?? [])];
  return <FacetMenu {...menu} options={optionsOf(services)} onSearch={setSearch} />;
}

function ApplicationMenu(menu: MenuProps) {
  const [search, setSearch] = useState("");
  const found = useInfiniteQuery(applicationsQuery(useSettled(search.trim())));
  const chosen = useQueries({ queries: menu.chosen.map((id) => applicationQuery(id)) });
  const listed = found.data?.pages.flatMap(({ items }) => items) ?? [];
  const options = optionsOf([...chosen.flatMap(({ data }) => data ?? []), ...listed]);
  return <FacetMenu {...menu} options={options} onSearch={setSearch} />;
}

type OfClient = { id: string; name: string; client: { name: string } };

/** Each once, whether it is chosen or found or both. */
function optionsOf(listed: readonly OfClient[]) {
  const options = listed.map(({ id, name, client }) => ({
    value: id,
    label: `${name} · ${client.name}`,
  }));
  return [...new Map(options.map((option) => [option.value, option])).values()];
}
