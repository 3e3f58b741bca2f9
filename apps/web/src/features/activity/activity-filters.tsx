import type { ActivityActor } from "@/api/activity";
import { FilterChoice, FilterDay } from "@/components/filters";
import { ProjectChip } from "@/components/project-chip";
import { ClientFilter, PersonFilter } from "@/components/search-filters";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import type { Filters } from "./use-activity-filters";
import { KINDS } from "./use-activity-filters";

type Props = {
  filters: Filters;
  change: (changed: Filters) => void;
  clear: () => void;
  isFiltered: boolean;
  /** Who is in the feed: their names are known. */
  actors: ActivityActor[];
};

export function FilterBar({ filters, change, clear, isFiltered, actors }: Props) {
  const t = useTranslations("activity");
  const kinds = KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }));
  return (
    <search aria-label={t("filters")} className="mb-5 flex flex-wrap items-end gap-3">
      <FilterChoice
        label={t("what")}
        everything={t("everything")}
        value={filters.kind}
        options={kinds}
        onChange={(kind) => change({ kind })}
      />
      <ClientFilter
        label={t("client")}
        everything={t("everything")}
        value={filters.client}
        onChange={(client) => change({ client })}
      />
      <PersonFilter
        label={t("person")}
        everything={t("everything")}
        value={filters.person}
        actors={actors}
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
