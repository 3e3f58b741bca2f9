"use client";

import { useState } from "react";
import type { Binned } from "@/api/levels";
import { FormDialog } from "@/components/form-dialog";
import { ReasonField } from "@/components/levels/reason-field";
import { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { useRestoration } from "./restoration";

type Props = { binned: Binned; onClose: () => void };

/** Asks why it is restored, and for another name when its own was taken meanwhile. */
export function RestoreDialog({ binned, onClose }: Props) {
  const t = useTranslations("bin");
  const { restore, isPending, error, isNameTaken } = useRestoration(binned, onClose);
  const [name, setName] = useState(binned.name);
  const [sent, setSent] = useState(binned.name);
  const [reason, setReason] = useState("");
  const refusal = useRefusal(error, ["name"]);
  const isSame = name === sent;
  const submit = () => {
    if (isNameTaken && (name.trim() === "" || isSame)) return;
    setSent(name);
    restore({ name: isNameTaken ? name : null, reason });
  };
  return (
    <FormDialog
      title={t("restoreTitle", { name: binned.name })}
      about={t(isNameTaken ? "restoreAsAbout" : "restoreAbout")}
      submitLabel={t("restore")}
      isBusy={isPending}
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      {isNameTaken && (
        <Field label={t("newName")} isRequired error={isSame ? refusal.of("name") : null}>
          {(control) => (
            <Input
              {...control}
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      )}
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
