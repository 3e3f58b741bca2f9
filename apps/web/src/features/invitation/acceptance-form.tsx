import type { FormEvent } from "react";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { NewPasswordField } from "@/components/password/new-password-field";
import { PASSWORD_MIN } from "@/components/password/password-strength";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";

type Props = {
  about: Pick<Schemas["LinkAbout"], "purpose" | "name" | "email">;
  onSubmit: (choice: { password: string; name: string | null }) => void;
  isBusy: boolean;
  /** Said above the button. */
  problem: string | null;
};

export function AcceptanceForm({ about, onSubmit, isBusy, problem }: Props) {
  const t = useTranslations("invitation");
  const [name, setName] = useState(about.name);
  const [password, setPassword] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const isInvitation = about.purpose === "invitation";
  const isShort = password.length < PASSWORD_MIN;
  const isNameless = isInvitation && !name.trim();

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsChecked(true);
    const first = isNameless ? "name" : isShort ? "password" : null;
    if (!first) return onSubmit({ password, name: isInvitation ? name : null });
    event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };

  return (
    <form noValidate onSubmit={handleSubmit} className="grid gap-4">
      <Field label={t("email")}>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            autoComplete="username"
            readOnly
            value={about.email}
            className="text-muted"
          />
        )}
      </Field>
      {isInvitation && (
        <Field
          label={t("name")}
          isRequired
          error={isChecked && isNameless ? t("nameMissing") : null}
        >
          {(control) => (
            <Input
              {...control}
              name="name"
              autoComplete="name"
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      )}
      <NewPasswordField
        name="password"
        label={t("password")}
        error={isChecked && isShort ? t("passwordShort") : null}
        known={[name, about.email]}
        value={password}
        onChange={setPassword}
      />
      {problem && <Callout tone="danger">{problem}</Callout>}
      <Button type="submit" variant="primary" size="lg" isBusy={isBusy}>
        {t(`${about.purpose}.submit`)}
      </Button>
    </form>
  );
}
