"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReferenceKind } from "@/api/levels";
import { peopleOfClientQuery, referenceQuery } from "@/api/levels";
import { NamedField } from "@/components/named-field";
import type { Named } from "@/components/use-one-named";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Checkbox } from "@/ui/checkbox";
import { Field } from "@/ui/field";
import { Select } from "@/ui/select";

/** Stands for null: a choice cannot have an empty value. */
const NONE = "none";

type OneProps = {
  label: string;
  kind: ReferenceKind;
  value: string | null;
  onChange: (id: string | null) => void;
  error: string | null;
};

/** One of the values that administrators offer, or none. A retired one stays where it is. */
export function ReferenceField({ label, kind, value, onChange, error }: OneProps) {
  const offered = useOffered(kind, value === null ? [] : [value]);
  return <ChoiceField {...{ label, value, onChange, error }} choices={offered} />;
}

type OwnerProps = Omit<OneProps, "kind"> & {
  clientId: string;
  hint: string;
  /** Whose names are there already. */
  known: readonly Named[];
};

/** Somebody who may work for the client, found by their name; or nobody. */
export function OwnerField({ clientId, onChange, ...field }: OwnerProps) {
  const t = useTranslations("levels");
  const [search, setSearch] = useState("");
  const { data } = useQuery(peopleOfClientQuery(clientId, useSettled(search)));
  return (
    <NamedField
      {...field}
      {...{ setSearch }}
      value={field.value ?? ""}
      placeholder={t("none")}
      offered={data?.items ?? []}
      onChange={(id) => onChange(id || null)}
    />
  );
}

type ChoiceProps = Omit<OneProps, "kind"> & { choices: readonly Named[] };

function ChoiceField({ label, value, onChange, error, choices }: ChoiceProps) {
  const t = useTranslations("levels");
  return (
    <Field label={label} error={error}>
      {(control) => (
        <Select
          {...control}
          value={value ?? NONE}
          onValueChange={(next) => onChange(next === NONE ? null : next)}
          options={[
            { value: NONE, label: t("none") },
            ...choices.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
    </Field>
  );
}

type SeveralProps = {
  label: string;
  kind: ReferenceKind;
  value: readonly string[];
  onChange: (ids: string[]) => void;
  error: string | null;
};

/** Any of the values that administrators offer. */
export function ReferenceChecks({ label, kind, value, onChange, error }: SeveralProps) {
  const t = useTranslations("levels");
  const offered = useOffered(kind, value);
  const toggle = (id: string, isOn: boolean) =>
    onChange((isOn ? [...value, id] : value.filter((other) => other !== id)).toSorted());
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {offered.length === 0 && <p className="text-sm text-muted">{t("nothingOffered")}</p>}
      <div className="grid gap-2 sm:grid-cols-2">
        {offered.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={value.includes(id)}
            onCheckedChange={(isOn) => toggle(id, isOn)}
          />
        ))}
      </div>
      {error && <p className="text-xs text-danger">{error}</p>}
    </fieldset>
  );
}

/** What is offered, and of what is no longer offered what is chosen already. */
function useOffered(kind: ReferenceKind, chosen: readonly string[]) {
  const { data } = useQuery(referenceQuery(kind));
  return (data?.items ?? []).filter(({ id, retired_at }) => !retired_at || chosen.includes(id));
}

/** Names of values by their ids, to be shown. */
export function useReferenceNames(kind: ReferenceKind): (ids: readonly string[]) => string {
  const { data } = useQuery(referenceQuery(kind));
  const names = new Map(data?.items.map(({ id, name }) => [id, name]));
  return (ids) => ids.map((id) => names.get(id) ?? "…").join(", ");
}
