import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { PasswordInput } from "@/ui/password-input";
import { PasswordMeter } from "./password-meter";
import { passwordStrength } from "./password-strength";

type Props = {
  name: string;
  label: string;
  value: string;
  onChange: (password: string) => void;
  error?: string | null | undefined;
  /** What strangers may know of the person; it makes no password stronger. */
  known: readonly string[];
};

/** Where a new password is chosen, with how strong it is. */
export function NewPasswordField({ name, label, value, onChange, error, known }: Props) {
  const t = useTranslations("password");
  return (
    <Field
      label={label}
      error={error ?? null}
      isRequired
      hint={<PasswordMeter strength={passwordStrength(value, known)} isEmpty={!value} />}
    >
      {(control) => (
        <PasswordInput
          {...control}
          name={name}
          autoComplete="new-password"
          showLabel={t("show")}
          hideLabel={t("hide")}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
