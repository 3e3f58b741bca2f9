import { useQuery } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { signInAgainAddress, singleSignOnQuery } from "@/api/session";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { PasswordInput } from "@/ui/password-input";

type Props = {
  /** Why it is asked. */
  about: string;
  value: string;
  onChange: (password: string) => void;
  error: string | null;
  /** They sign in elsewhere, and have none here. */
  hasNoPassword: boolean;
};

/** Shows that it is still the same person: by the password, or by signing in once more. */
export function ConfirmationField({ about, value, onChange, error, hasNoPassword }: Props) {
  const t = useTranslations("identity");
  const password = useTranslations("password");
  const { data } = useQuery(singleSignOnQuery);
  return (
    <section aria-label={t("title")} className="grid gap-3 rounded-lg border border-line p-3">
      <p className="text-sm text-muted">{about}</p>
      {!hasNoPassword && (
        <Field label={t("password")} isRequired error={error}>
          {(control) => (
            <PasswordInput
              {...control}
              autoComplete="current-password"
              showLabel={password("show")}
              hideLabel={password("hide")}
              value={value}
              onChange={(event) => onChange(event.target.value)}
            />
          )}
        </Field>
      )}
      {data?.is_on && (
        <Button asChild>
          <a href={signInAgainAddress(window.location.pathname)}>
            <LogIn aria-hidden />
            <span className="truncate">{t("signInAgain", { name: data.name ?? "" })}</span>
          </a>
        </Button>
      )}
    </section>
  );
}
