import { useState } from "react";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Checkbox } from "@/ui/checkbox";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import type { Subject } from "./privacy-actions";

/** What was typed, and whether contacts with the same e-mail go, too. */
export type Asked = { confirmation: string; alsoContacts: boolean };

type Props = {
  subject: Subject;
  error: unknown;
  isBusy: boolean;
  onErase: (asked: Asked) => void;
  onClose: () => void;
};

/** Says what goes and what stays, and lets the e-mail be typed. */
export function EraseDialog({ subject, error, isBusy, onErase, onClose }: Props) {
  const t = useTranslations("privacy");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const expected = subject.email ?? subject.name;
  const [typed, setTyped] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const [isEverywhere, setIsEverywhere] = useState(true);
  const isRight = typed.trim().toLowerCase() === expected.toLowerCase();
  const erase = () => {
    setIsChecked(true);
    if (isRight && !isBusy)
      onErase({ confirmation: typed.trim(), alsoContacts: subject.email !== null && isEverywhere });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("eraseTitle", { name: subject.name })}
      description={t("eraseAbout")}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button variant="danger" isBusy={isBusy} onClick={erase}>
            {t("erase")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Callout tone="warning">{t(subject.kind === "users" ? "whatUser" : "whatContact")}</Callout>
        {subject.email && (
          <Checkbox
            label={t("alsoContacts")}
            hint={t("alsoContactsAbout")}
            checked={isEverywhere}
            onCheckedChange={setIsEverywhere}
          />
        )}
        <Field
          label={t("confirm", { expected })}
          isRequired
          error={isChecked && !isRight ? t("mismatch", { expected }) : null}
        >
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={(event) => event.key === "Enter" && erase()}
            />
          )}
        </Field>
        {error ? <Callout tone="danger">{problemText(error)}</Callout> : null}
      </div>
    </Dialog>
  );
}
