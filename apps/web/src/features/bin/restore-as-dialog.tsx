"use client";

import { useState } from "react";
import type { Binned } from "@/api/levels";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";

type Props = {
  binned: Binned;
  isBusy: boolean;
  error: unknown;
  onRestore: (name: string) => void;
  onClose: () => void;
};

/** Asks for another name, because the one that it had is taken. */
export function RestoreAsDialog({ binned, isBusy, error, onRestore, onClose }: Props) {
  const t = useTranslations("bin");
  const [name, setName] = useState(binned.name);
  const [sent, setSent] = useState(binned.name);
  const refusal = useRefusal(error, ["name"]);
  const isSame = name === sent;
  const submit = () => {
    if (name.trim() === "" || isSame) return;
    setSent(name);
    onRestore(name);
  };
  return (
    <FormDialog
      title={t("restoreAsTitle", { name: binned.name })}
      about={t("restoreAsAbout")}
      submitLabel={t("restore")}
      isBusy={isBusy}
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
