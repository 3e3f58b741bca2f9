import { ApiProblem } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import type { PersonFacts } from "./person-errors";
import { personErrors } from "./person-errors";

type Props = {
  facts: PersonFacts;
  onChange: (facts: PersonFacts) => void;
  /** Whether the form was sent once: then what is missing is said. */
  isChecked: boolean;
  /** What the API refused last. */
  refusal: Error | null;
};

export function PersonFields({ facts, onChange, isChecked, refusal }: Props) {
  const t = useTranslations("people");
  const errors = isChecked ? personErrors(facts) : {};
  const isTaken = refusal instanceof ApiProblem && refusal.code === "email_taken";
  const refused = fieldOf(refusal);
  const emailError =
    errors.email ?? (isTaken ? "emailTaken" : refused === "email" && "emailRefused");
  const nameError = errors.name ?? (refused === "name" && "nameRefused");
  return (
    <>
      <Field label={t("name")} isRequired error={nameError ? t(`errors.${nameError}`) : null}>
        {(control) => (
          <Input
            {...control}
            name="name"
            autoComplete="off"
            value={facts.name}
            onChange={(event) => onChange({ ...facts, name: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("email")} isRequired error={emailError ? t(`errors.${emailError}`) : null}>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            autoComplete="off"
            value={facts.email}
            onChange={(event) => onChange({ ...facts, email: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

const fields = ["name", "email"];

/** Whether the refusal is said beside its field. */
export function fieldOf(refusal: Error | null): string | null {
  const field = refusal instanceof ApiProblem ? refusal.field : null;
  return field !== null && fields.includes(field) ? field : null;
}
