"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Place } from "@/api/catalogue";
import { clientChoicesQuery } from "@/api/catalogue";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { oneNamed, suggestionsOf, useOneNamed } from "./use-one-named";

type Props = {
  /** The client that is chosen; null while the text names none. */
  value: Place | null;
  onChange: (client: Place | null) => void;
  error?: string | null;
};

/** Chooses one of the clients by its name. */
export function ClientField({ value, onChange, error }: Props) {
  const t = useTranslations("catalogue");
  const [typed, setTyped] = useState(value?.name ?? "");
  const search = typed === value?.name ? "" : typed.trim();
  const { data } = useQuery(clientChoicesQuery(useSettled(search)));
  const clients = data?.items ?? [];
  useOneNamed({ offered: clients, text: typed, value, onChange });
  const change = (text: string) => {
    setTyped(text);
    onChange(oneNamed(clients, text));
  };
  return (
    <Field label={t("client")} hint={t("clientHint")} error={error} isRequired>
      {(control) => (
        <Combobox
          {...control}
          value={typed}
          onChange={change}
          suggestions={suggestionsOf(clients)}
        />
      )}
    </Field>
  );
}
