import { FilterChip, FilterChoice, FilterDay } from "@/components/filters";
import { ClientFilter, PersonFilter } from "@/components/search-filters";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import type { Entry, Filters } from "./queries";
import { ACTOR_KINDS, NOUNS } from "./queries";

type Props = {
  filters: Filters;
  change: (changed: Filters) => void;
  clear: () => void;
  isFiltered: boolean;
  /** Those in the list: who did them has a name. */
  entries: Entry[];
};

export function AuditFilters({ filters, change, clear, isFiltered, entries }: Props) {
  const t = useTranslations("audit");
  return (
    <search aria-label={t("filters")} className="flex flex-wrap items-end gap-3">
      <Field label={t("search")} className="min-w-48 flex-1">
        {(control) => (
          <Input
            {...control}
            type="search"
            maxLength={200}
            value={filters.search ?? ""}
            onChange={(event) => change({ search: event.target.value })}
          />
        )}
      </Field>
      <FilterChoice
        label={t("noun")}
        everything={t("everything")}
        value={filters.noun}
        options={NOUNS.map((noun) => ({ value: noun, label: t(`nouns.${noun}`) }))}
        onChange={(noun) => change({ noun })}
      />
      <FilterChoice
        label={t("actorKind")}
        everything={t("everything")}
        value={filters.by}
        options={ACTOR_KINDS.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) }))}
        onChange={(by) => change({ by })}
      />
      <PersonFilter
        label={t("person")}
        everything={t("everything")}
        value={filters.actor}
        actors={entries.map(({ actor }) => actor)}
        onChange={(actor) => change({ actor })}
      />
      <ClientFilter
        label={t("client")}
        everything={t("everything")}
        value={filters.client}
        onChange={(client) => change({ client })}
      />
      <FilterDay label={t("from")} value={filters.from} onChange={(from) => change({ from })} />
      <FilterDay label={t("to")} value={filters.to} onChange={(to) => change({ to })} />
      <Only filters={filters} change={change} />
      {isFiltered && (
        <Button variant="quiet" className="h-9" onClick={clear}>
          {t("clear")}
        </Button>
      )}
    </search>
  );
}

/** What was chosen in an entry: one thing, one project, one request. */
function Only({ filters, change }: Pick<Props, "filters" | "change">) {
  const t = useTranslations("audit");
  const names = (["subject", "project", "request"] as const).filter((name) => filters[name]);
  return names.map((name) => (
    <FilterChip
      key={name}
      removeLabel={`${t("onlyRemove")}: ${t(`chip.${name}`)}`}
      onRemove={() => change({ [name]: "" })}
    >
      {t(`chip.${name}`)}
    </FilterChip>
  ));
}
