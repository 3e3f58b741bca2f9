import type { FormEvent } from "react";
import { useState } from "react";
import { ApiProblem } from "@/api/client";
import type { Profile } from "@/api/profile";
import { NewPasswordField } from "@/components/password/new-password-field";
import { PASSWORD_MIN } from "@/components/password/password-strength";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { PasswordInput } from "@/ui/password-input";
import { showToast } from "@/ui/toast-store";
import { useChangePassword } from "./queries";

const blank = { current: "", new: "" };

export function PasswordForm({ profile }: { profile: Profile }) {
  const t = useTranslations("profile");
  const password = useTranslations("password");
  const problemText = useProblemText();
  const [words, setWords] = useState(blank);
  const [isChecked, setIsChecked] = useState(false);
  const change = useChangePassword();
  if (!profile.has_password) return <p className="text-sm">{t("noPassword")}</p>;

  const isWrong = change.error instanceof ApiProblem && change.error.code === "wrong_password";
  const isShort = words.new.length < PASSWORD_MIN;
  const currentError =
    isChecked && !words.current ? t("currentMissing") : isWrong ? t("currentWrong") : null;
  const edit = (next: typeof blank) => {
    setWords(next);
    if (change.isError) change.reset();
  };
  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsChecked(true);
    const first = words.current ? (isShort ? "new" : null) : "current";
    if (first) {
      event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
      return;
    }
    if (change.isPending) return;
    change.mutate(words, {
      onSuccess: () => {
        setWords(blank);
        setIsChecked(false);
        showToast({ tone: "success", title: t("passwordChanged") });
      },
    });
  };
  return (
    <form noValidate onSubmit={handleSubmit} className="grid max-w-md gap-4">
      {/* Password managers need to know whose password this is. */}
      <input type="text" autoComplete="username" hidden readOnly value={profile.email} />
      <Field label={t("current")} error={currentError} isRequired>
        {(control) => (
          <PasswordInput
            {...control}
            name="current"
            autoComplete="current-password"
            showLabel={password("show")}
            hideLabel={password("hide")}
            value={words.current}
            onChange={(event) => edit({ ...words, current: event.target.value })}
          />
        )}
      </Field>
      <NewPasswordField
        name="new"
        label={t("new")}
        error={isChecked && isShort ? t("newShort") : null}
        known={[profile.name, profile.email]}
        value={words.new}
        onChange={(value) => edit({ ...words, new: value })}
      />
      {change.isError && !isWrong && <Callout tone="danger">{problemText(change.error)}</Callout>}
      <div>
        <Button type="submit" isBusy={change.isPending}>
          {t("changePassword")}
        </Button>
      </div>
    </form>
  );
}
