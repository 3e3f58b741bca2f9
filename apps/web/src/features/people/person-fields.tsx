import type { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import type { PersonFacts } from "./person-errors";
import { personErrors } from "./person-errors";

/** What a refusal may be about. */
export const personFields = ["name", "email"];

type Props = {
  facts: PersonFacts;
  onChange: (facts: PersonFacts) => void;
  /** Whether the form was sent once: then what is missing is said. */
  isChecked: boolean;
  /** What the API refused last. */
  refusal: ReturnType<typeof useRefusal>;
};

export function PersonFields({ facts, onChange, isChecked, refusal }: Props) {
  const t = useTranslations("people");
  const errors = isChecked ? personErrors(facts) : {};
  return (
    <>
      <Field
        label={t("name")}
        isRequired
        error={errors.name ? t(`errors.${errors.name}`) : refusal.of("name")}
      >
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
      <Field
        label={t("email")}
        isRequired
        error={errors.email ? t(`errors.${errors.email}`) : refusal.of("email")}
      >
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
