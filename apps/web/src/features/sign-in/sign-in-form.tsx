import type { FormEvent } from "react";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { PasswordInput } from "@/ui/password-input";

type Props = {
  onSubmit: (credentials: Schemas["Credentials"]) => void;
  isBusy: boolean;
  /** Said above the button. */
  problem: string | null;
  /** Seconds until another attempt is let in; 0 when one is. */
  waitS: number;
};

export function SignInForm({ onSubmit, isBusy, problem, waitS }: Props) {
  const t = useTranslations("signIn");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const missing = (value: string) => isChecked && !value.trim();

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsChecked(true);
    if (email.trim() && password && waitS === 0) onSubmit({ email: email.trim(), password });
  };

  return (
    <form noValidate onSubmit={handleSubmit} className="grid gap-4">
      <Field label={t("email")} error={missing(email) ? t("emailMissing") : null} isRequired>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field
        label={t("password")}
        error={missing(password) ? t("passwordMissing") : null}
        isRequired
      >
        {(control) => (
          <PasswordInput
            {...control}
            name="password"
            autoComplete="current-password"
            showLabel={t("showPassword")}
            hideLabel={t("hidePassword")}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      {problem && <Callout tone="danger">{problem}</Callout>}
      {waitS > 0 && <Throttled waitS={waitS} />}
      <Button type="submit" variant="primary" size="lg" isBusy={isBusy} disabled={waitS > 0}>
        {t("submit")}
      </Button>
    </form>
  );
}

/** Read out once; the time that counts down is not, or it would never stop talking. */
function Throttled({ waitS }: { waitS: number }) {
  const t = useTranslations("signIn");
  const time =
    waitS > 60 ? t("minutes", { count: Math.ceil(waitS / 60) }) : t("seconds", { count: waitS });
  return (
    <Callout tone="warning" title={t("throttled")}>
      <p role="timer">{t("throttledUntil", { time })}</p>
    </Callout>
  );
}
