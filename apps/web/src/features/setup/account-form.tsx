import type { FormEvent } from "react";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { NewPasswordField } from "@/components/password/new-password-field";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { accountErrors } from "./account-errors";

type Account = Schemas["AccountIn"];
type Props = {
  onSubmit: (account: Account) => void;
  isBusy: boolean;
  /** Said above the button. */
  problem: string | null;
  /** The field that the API refused. */
  refusedField: string | null;
};

export function AccountForm({ onSubmit, isBusy, problem, refusedField }: Props) {
  const t = useTranslations("setup");
  const [account, setAccount] = useState<Account>({ name: "", email: "", password: "" });
  const [isChecked, setIsChecked] = useState(false);
  const [changed, setChanged] = useState<keyof Account | null>(null);
  const errors = isChecked ? accountErrors(account) : {};
  const errorOf = (field: keyof Account) => {
    const isRefused = refusedField === field && changed !== field;
    const key = errors[field] ?? (isRefused ? (`${field}Refused` as const) : null);
    return key && t(`errors.${key}`);
  };
  const edit = (field: keyof Account, value: string) => {
    setAccount({ ...account, [field]: value });
    setChanged(field);
  };

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const first = Object.keys(accountErrors(account))[0];
    setIsChecked(true);
    setChanged(null);
    if (!first) return onSubmit({ ...account, email: account.email.trim() });
    event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };

  return (
    <form noValidate onSubmit={handleSubmit} className="grid gap-4">
      <Field label={t("name")} error={errorOf("name")} isRequired>
        {(control) => (
          <Input
            {...control}
            name="name"
            autoComplete="name"
            value={account.name}
            onChange={(event) => edit("name", event.target.value)}
          />
        )}
      </Field>
      <Field label={t("email")} error={errorOf("email")} isRequired>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            autoComplete="username"
            value={account.email}
            onChange={(event) => edit("email", event.target.value)}
          />
        )}
      </Field>
      <NewPasswordField
        name="password"
        label={t("password")}
        error={errorOf("password")}
        known={[account.name, account.email]}
        value={account.password}
        onChange={(password) => edit("password", password)}
      />
      {problem && <Callout tone="danger">{problem}</Callout>}
      <Button type="submit" variant="primary" size="lg" isBusy={isBusy}>
        {t("create")}
      </Button>
    </form>
  );
}
