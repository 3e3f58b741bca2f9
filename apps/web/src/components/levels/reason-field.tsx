"use client";

import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";

type Props = {
  value: string;
  onChange: (reason: string) => void;
  isRequired?: boolean;
  error?: string | null;
  longest?: number;
};

/** Why: it stands in the history of what is changed. */
export function ReasonField({ value, onChange, longest = 10_000, ...field }: Props) {
  const t = useTranslations("levels");
  return (
    <Field label={t("reason")} {...field}>
      {(control) => (
        <Textarea
          {...control}
          maxLength={longest}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
