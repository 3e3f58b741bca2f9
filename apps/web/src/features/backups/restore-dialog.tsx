import { useState } from "react";
import { useFormatter } from "use-intl";
import { ApiProblem } from "@/api/client";
import { CommandLine } from "@/components/command-line";
import { FormDialog } from "@/components/form-dialog";
import { ConfirmationField } from "@/components/identity/confirmation-field";
import { useIdentity } from "@/components/identity/use-identity";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import type { Backup, Restores } from "./queries";
import type { Starting } from "./use-restore";

type Props = { backup: Backup; state: Restores; starting: Starting; onClose: () => void };

const KEY_PROBLEMS = ["backup_key_wrong", "backup_key_unusable", "backup_key_missing"];

/** Says what a restore exchanges, and who may be sure that they meant it. */
export function RestoreDialog({ backup, state, starting, onClose }: Props) {
  const t = useTranslations("backups.restore");
  const problemText = useProblemText();
  const identity = useIdentity({ isNeeded: true, isConfirmed: state.is_confirmed }, starting.error);
  const [key, setKey] = useState("");
  const [isKeyAsked, setIsKeyAsked] = useState(false);
  const refusal = starting.error instanceof ApiProblem ? starting.error.code : "";
  const isOfKey = KEY_PROBLEMS.includes(refusal);
  if (isOfKey && !isKeyAsked) setIsKeyAsked(true);
  const said = starting.error && problemText(starting.error);
  const title = useTitle(backup);
  const submit = () =>
    identity.show(() =>
      starting.mutate({ backup: backup.name, key: key.trim() || null }, { onSuccess: onClose }),
    );
  return (
    <FormDialog
      title={title}
      about={t("about")}
      submitLabel={t("submit")}
      isDangerous
      isBusy={starting.isPending || identity.isBusy}
      isHeld={starting.isPending}
      problem={isOfKey || identity.isAsked ? null : said}
      onSubmit={submit}
      onClose={onClose}
    >
      {isKeyAsked && (
        <Field label={t("key")} hint={t("keyHint")} error={isOfKey ? said : null} isRequired>
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
      )}
      {identity.isAsked && <ConfirmationField about={t("asksWho")} {...identity.field} />}
    </FormDialog>
  );
}

/** On a server the containers may not exchange the database; the host may. */
export function RestoreOnServer({ backup, onClose }: Pick<Props, "backup" | "onClose">) {
  const t = useTranslations("backups.restore");
  const common = useTranslations("common");
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={useTitle(backup)}
      description={t("about")}
      closeLabel={common("close")}
    >
      <p className="text-sm text-muted">{t("onServer")}</p>
      <CommandLine text={`agentlab restore ${backup.name}`} label={t("copy")} />
    </Dialog>
  );
}

function useTitle(backup: Backup) {
  const t = useTranslations("backups.restore");
  const format = useFormatter();
  const made = format.dateTime(new Date(backup.created_at), {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return t("title", { made });
}
