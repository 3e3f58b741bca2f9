import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ActivityActor } from "@/api/activity";
import { portfolioQuery } from "@/api/portfolio";
import { projectQuery } from "@/api/projects";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import type { Option } from "@/ui/select";
import { Select } from "@/ui/select";
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

const ALL = "all";

export function FilterBar({ filters, change, clear, isFiltered, actors }: Props) {
  const t = useTranslations("activity");
  const { data: portfolio } = useQuery(portfolioQuery);
  const clients = portfolio?.clients.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  const kinds = KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }));
  const people = actors.map(({ id, name }) => ({ value: id ?? "", label: name ?? "" }));
  return (
    <search aria-label={t("filters")} className="mb-5 flex flex-wrap items-end gap-3">
      <Choice
        label={t("what")}
        value={filters.kind}
        options={kinds}
        onChange={(kind) => change({ kind })}
      />
      <Choice
        label={t("client")}
        value={filters.client}
        options={clients}
        onChange={(client) => change({ client })}
      />
      <Choice
        label={t("person")}
        value={filters.person}
        options={people}
        onChange={(person) => change({ person })}
      />
      <Day label={t("from")} value={filters.from} onChange={(from) => change({ from })} />
      <Day label={t("to")} value={filters.to} onChange={(to) => change({ to })} />
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

type ChoiceProps = {
  label: string;
  value: string | undefined;
  options: Option[];
  onChange: (value: string) => void;
};

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const t = useTranslations("activity");
  return (
    <Field label={label} className="min-w-36 max-sm:flex-1">
      {(control) => (
        <Select
          {...control}
          value={value || ALL}
          onValueChange={(chosen) => onChange(chosen === ALL ? "" : chosen)}
          options={[{ value: ALL, label: t("everything") }, ...options]}
        />
      )}
    </Field>
  );
}

type DayProps = { label: string; value: string | undefined; onChange: (day: string) => void };

function Day({ label, value, onChange }: DayProps) {
  return (
    <Field label={label} className="max-sm:flex-1">
      {(control) => (
        <Input
          {...control}
          type="date"
          value={value ?? ""}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Comes from the project's page; there is no list of ten thousand to choose from. */
function ProjectChip({ id, onRemove }: { id: string; onRemove: () => void }) {
  const t = useTranslations("activity");
  const { data } = useQuery(projectQuery(id));
  const name = data?.name ?? t("oneProject");
  return (
    <Badge tone="accent" className="mb-2 h-6">
      {name}
      <button type="button" aria-label={t("notOnly", { project: name })} onClick={onRemove}>
        <X aria-hidden />
      </button>
    </Badge>
  );
}
