"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Client } from "@/api/levels";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { showToast } from "@/ui/toast-store";
import { EditConflictDialog } from "../edit-conflict/edit-conflict-dialog";
import { useGuardedSave } from "../edit-conflict/use-guarded-save";
import { FormDialog } from "../form-dialog";
import { useCanNameClients } from "../use-can-change";
import { ReferenceField, useReferenceNames } from "./reference-fields";
import type { ClientValues } from "./saving";
import { readOfClient, useClientCreation, useClientEditing } from "./saving";
import { useRefusal } from "./use-refusal";

type CloseProps = { onClose: () => void };

export function NewClientDialog({ onClose }: CloseProps) {
  const t = useTranslations("levels");
  const router = useRouter();
  const creation = useClientCreation();
  const create = (values: ClientValues) =>
    creation.mutate(values, {
      onSuccess: (made) => {
        onClose();
        showToast({ tone: "success", title: t("made", { name: made.name }) });
        router.push(paths.client(made.id));
      },
    });
  return (
    <ClientForm
      title={t("newClient")}
      submitLabel={t("create")}
      first={{ name: "", domain_id: null, cost_of_delay: "1" }}
      isBusy={creation.isPending}
      error={creation.error}
      onSubmit={create}
      onClose={onClose}
    />
  );
}

export function EditClientDialog({ client, onClose }: CloseProps & { client: Client }) {
  const t = useTranslations("levels");
  const [base] = useState(() => readOfClient(client));
  const namesOf = useReferenceNames("business_domain");
  const saving = useGuardedSave({
    ...useClientEditing(client.id),
    base,
    onSaved: () => {
      onClose();
      showToast({ tone: "success", title: t("saved") });
    },
  });
  return (
    <>
      <ClientForm
        title={t("edit", { name: client.name })}
        submitLabel={t("save")}
        first={base.values}
        isBusy={saving.isBusy}
        error={saving.error}
        onSubmit={saving.save}
        onClose={onClose}
      />
      {saving.conflict && (
        <EditConflictDialog
          conflict={saving.conflict}
          labels={{ name: t("name"), domain_id: t("domain"), cost_of_delay: t("costOfDelay") }}
          show={(name, value) => (name === "domain_id" && value ? namesOf([value]) : value)}
          isBusy={saving.isBusy}
          error={saving.error}
          onSettle={saving.settle}
          onClose={saving.leaveConflict}
        />
      )}
    </>
  );
}

const weights = Array.from({ length: 10 }, (_, at) => ({
  value: String(at + 1),
  label: String(at + 1),
}));

type FormProps = {
  title: string;
  submitLabel: string;
  first: ClientValues;
  isBusy: boolean;
  error: unknown;
  onSubmit: (values: ClientValues) => void;
  onClose: () => void;
};

function ClientForm({ first, error, onSubmit, ...dialog }: FormProps) {
  const t = useTranslations("levels");
  const [values, setValues] = useState(first);
  const [isChecked, setIsChecked] = useState(false);
  const refusal = useRefusal(error, ["name", "domain_id", "cost_of_delay"]);
  const canName = useCanNameClients();
  const isMissing = values.name.trim() === "";
  const submit = () => {
    setIsChecked(true);
    if (!isMissing) onSubmit(values);
  };
  return (
    <FormDialog {...dialog} problem={refusal.overall} onSubmit={submit}>
      <Field
        label={t("name")}
        isRequired
        hint={canName === true ? null : canName}
        error={isChecked && isMissing ? t("nameMissing") : refusal.of("name")}
      >
        {(control) => (
          <Input
            {...control}
            maxLength={200}
            value={values.name}
            readOnly={canName !== true}
            onChange={(event) => setValues({ ...values, name: event.target.value })}
          />
        )}
      </Field>
      <ReferenceField
        label={t("domain")}
        kind="business_domain"
        value={values.domain_id}
        onChange={(domain_id) => setValues({ ...values, domain_id })}
        error={refusal.of("domain_id")}
      />
      <Field
        label={t("costOfDelay")}
        hint={t("costOfDelayAbout")}
        error={refusal.of("cost_of_delay")}
      >
        {(control) => (
          <Select
            {...control}
            value={values.cost_of_delay}
            onValueChange={(cost_of_delay) => setValues({ ...values, cost_of_delay })}
            options={weights}
          />
        )}
      </Field>
    </FormDialog>
  );
}
