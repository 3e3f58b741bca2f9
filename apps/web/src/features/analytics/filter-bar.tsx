import type { Analytics } from "@/api/analytics";
import { FilterChoice, FilterDay } from "@/components/filters";
import { ProjectChip } from "@/components/project-chip";
import { ClientFilter } from "@/components/search-filters";
import { methodName } from "@/lib/method-name";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";
import type { Filters } from "./use-analytics-filters";
import { methodKey } from "./use-analytics-filters";

type Props = {
  filters: Filters;
  change: (changed: Filters) => void;
  clear: () => void;
  isFiltered: boolean;
  methods: Analytics["methods"];
  /** The days that are shown, also where nobody chose them. */
  period: Analytics["period"] | undefined;
};

export function FilterBar({ filters, change, clear, isFiltered, methods, period }: Props) {
  const t = useTranslations("analytics");
  const known = methods.map(({ method, generation }) => ({
    value: methodKey(method, generation),
    label: methodName(method, generation),
  }));
  return (
    <search aria-label={t("filters")} className="mb-5 flex flex-wrap items-end gap-3">
      <ClientFilter
        label={t("client")}
        everything={t("everything")}
        value={filters.client}
        onChange={(client) => change({ client })}
      />
      <FilterChoice
        label={t("method")}
        everything={t("everything")}
        value={filters.method}
        options={known}
        onChange={(method) => change({ method })}
      />
      <FilterDay
        label={t("from")}
        value={filters.from || period?.from}
        onChange={(from) => change({ from })}
      />
      <FilterDay
        label={t("to")}
        value={filters.to || period?.to}
        onChange={(to) => change({ to })}
      />
      <Field label={t("grain")} className="min-w-28 max-sm:flex-1">
        {(control) => (
          <Select
            {...control}
            value={filters.grain === "month" ? "month" : "week"}
            onValueChange={(grain) => change({ grain: grain === "month" ? grain : "" })}
            options={[
              { value: "week", label: t("weeks") },
              { value: "month", label: t("months") },
            ]}
          />
        )}
      </Field>
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
