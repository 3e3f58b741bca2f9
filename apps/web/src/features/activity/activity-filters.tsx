import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { ActivityActor } from "@/api/activity";
import { portfolioQuery } from "@/api/portfolio";
import { projectQuery } from "@/api/projects";
import { FilterChip, FilterChoice, FilterDay } from "@/components/filters";
import { Button } from "@/ui/button";
import type { Filters } from "./use-activity-filters";
import { KINDS } from "./use-activity-filters";

type Props = {
  filters: Filters;
  change: (changed: Filters) => void;
  clear: () => void;
  isFiltered: boolean;
  /** Who can be chosen: those that are in sight. */
  actors: ActivityActor[];
};

export function FilterBar({ filters, change, clear, isFiltered, actors }: Props) {
  const t = useTranslations("activity");
  const { data: portfolio } = useQuery(portfolioQuery);
  const clients = portfolio?.clients.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  const kinds = KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }));
  const people = actors.map(({ id, name }) => ({ value: id ?? "", label: name ?? "" }));
  return (
    <search aria-label={t("filters")} className="mb-5 flex flex-wrap items-end gap-3">
      <FilterChoice
        label={t("what")}
        everything={t("everything")}
        value={filters.kind}
        options={kinds}
        onChange={(kind) => change({ kind })}
      />
      <FilterChoice
        label={t("client")}
        everything={t("everything")}
        value={filters.client}
        options={clients}
        onChange={(client) => change({ client })}
      />
      <FilterChoice
        label={t("person")}
        everything={t("everything")}
        value={filters.person}
        options={people}
        onChange={(person) => change({ person })}
      />
      <FilterDay label={t("from")} value={filters.from} onChange={(from) => change({ from })} />
      <FilterDay label={t("to")} value={filters.to} onChange={(to) => change({ to })} />
      {filters.project && (
        <ProjectChip id={filters.project} onRemove={() => change({ project: "" })} />
      )}
      {isFiltered && (
        <Button variant="quiet" className="h-9" onClick={clear}>
          {t("clear")}
        </Button>
      )}
    </search>
  );
}

/** Comes from the project's page; there is no list of ten thousand to choose from. */
function ProjectChip({ id, onRemove }: { id: string; onRemove: () => void }) {
  const t = useTranslations("activity");
  const { data } = useQuery(projectQuery(id));
  const name = data?.name ?? t("oneProject");
  return (
    <FilterChip removeLabel={t("notOnly", { project: name })} onRemove={onRemove}>
      {name}
    </FilterChip>
  );
}
