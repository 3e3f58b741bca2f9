import type { FormEvent } from "react";
import { useState } from "react";
import { useTimeZone } from "use-intl";
import type { Schemas } from "@/api/client";
import { absoluteTime } from "@/lib/dates";
import { useLanguage } from "@/lib/language";
import { fileSize } from "@/lib/sizes";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { Textarea } from "@/ui/textarea";

type Backup = Schemas["FoundBackup"];
type Props = {
  backups: Backup[];
  onSubmit: (chosen: Schemas["FirstRestoreIn"]) => void;
  isBusy: boolean;
  /** Said above the button. */
  problem: string | null;
};

/** Which of the backups, and the key that opens it. */
export function RestoreForm({ backups, onSubmit, isBusy, problem }: Props) {
  const t = useTranslations("setup.restore");
  const [backup, setBackup] = useState(backups[0]?.name ?? "");
  const [key, setKey] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const missing = isChecked && !key.trim() ? t("keyMissing") : null;

  const handleSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsChecked(true);
    if (key.trim()) return onSubmit({ backup, key });
    event.currentTarget.querySelector<HTMLElement>("textarea")?.focus();
  };

  return (
    <form noValidate onSubmit={handleSubmit} className="grid gap-4">
      <BackupChoice backups={backups} chosen={backup} onChoose={setBackup} />
      <Field label={t("key")} hint={t("keyHint")} error={missing} isRequired>
        {(control) => (
          <Textarea
            {...control}
            className="font-mono text-xs"
            autoComplete="off"
            spellCheck={false}
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        )}
      </Field>
      {problem && <Callout tone="danger">{problem}</Callout>}
      <Button type="submit" variant="primary" size="lg" isBusy={isBusy}>
        {t("submit")}
      </Button>
    </form>
  );
}

type ChoiceProps = { backups: Backup[]; chosen: string; onChoose: (name: string) => void };

export function BackupChoice({ backups, chosen, onChoose }: ChoiceProps) {
  const t = useTranslations("setup.restore");
  const language = useLanguage();
  const timeZone = useTimeZone();
  return (
    <RadioGroup
      label={t("backups")}
      value={chosen}
      onValueChange={onChoose}
      className="max-h-72 overflow-y-auto p-0.5"
    >
      {backups.map((each) => (
        <RadioCard
          key={each.name}
          value={each.name}
          title={absoluteTime(each.created_at, language, timeZone)}
        >
          {t("backup", { size: fileSize(each.size_bytes, language), version: each.agentlab })}
        </RadioCard>
      ))}
    </RadioGroup>
  );
}
