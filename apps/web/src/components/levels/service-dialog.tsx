"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Place, Service } from "@/api/levels";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";
import { EditConflictDialog } from "../edit-conflict/edit-conflict-dialog";
import { useGuardedSave } from "../edit-conflict/use-guarded-save";
import { FormDialog } from "../form-dialog";
import { ClientPicker } from "./place-picker";
import { ReferenceChecks, useReferenceNames } from "./reference-fields";
import type { ServiceValues } from "./saving";
import { readOfService, useServiceCreation, useServiceEditing } from "./saving";
import { useRefusal } from "./use-refusal";

type NewProps = {
  /** Where it goes; asked for when it is left out. */
  client?: Place;
  onClose: () => void;
};

export function NewServiceDialog({ client, onClose }: NewProps) {
  const t = useTranslations("levels");
  const router = useRouter();
  const [place, setPlace] = useState<Place | null>(client ?? null);
  const [isChecked, setIsChecked] = useState(false);
  const creation = useServiceCreation();
  const refusal = useRefusal(creation.error, ["client_id"]);
  const create = (values: ServiceValues) => {
    if (!place) return;
    creation.mutate(
      { ...values, client_id: place.id },
      {
        onSuccess: (made) => {
          onClose();
          showToast({ tone: "success", title: t("made", { name: made.name }) });
          router.push(paths.service(made.id));
        },
      },
    );
  };
  return (
    <ServiceForm
      title={client ? t("newServiceOf", { client: client.name }) : t("newService")}
      submitLabel={t("create")}
      first={{ name: "", description: "", category_ids: [] }}
      isBusy={creation.isPending}
      error={creation.error}
      onChecked={() => setIsChecked(true)}
      onSubmit={create}
      onClose={onClose}
    >
      {!client && (
        <Field
          label={t("client")}
          isRequired
          error={isChecked && !place ? t("clientMissing") : refusal.of("client_id")}
        >
          {(control) => <ClientPicker control={control} value={place} onChange={setPlace} />}
        </Field>
      )}
    </ServiceForm>
  );
}

type EditProps = { service: Service; onClose: () => void };

export function EditServiceDialog({ service, onClose }: EditProps) {
  const t = useTranslations("levels");
  const [base] = useState(() => readOfService(service));
  const namesOf = useReferenceNames("service_category");
  const saving = useGuardedSave({
    ...useServiceEditing(service.id),
    base,
    onSaved: () => {
      onClose();
      showToast({ tone: "success", title: t("saved") });
    },
  });
  return (
    <>
      <ServiceForm
        title={t("edit", { name: service.name })}
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
          labels={{
            name: t("name"),
            description: t("description"),
            category_ids: t("categories"),
          }}
          show={(_, value) => (typeof value === "string" ? value : namesOf(value))}
          isBusy={saving.isBusy}
          error={saving.error}
          onSettle={saving.settle}
          onClose={saving.leaveConflict}
        />
      )}
    </>
  );
}

type FormProps = {
  title: string;
  submitLabel: string;
  first: ServiceValues;
  isBusy: boolean;
  error: unknown;
  onChecked?: () => void;
  onSubmit: (values: ServiceValues) => void;
  onClose: () => void;
  /** Fields before the others. */
  children?: React.ReactNode;
};

function ServiceForm({ first, error, onChecked, onSubmit, children, ...dialog }: FormProps) {
  const t = useTranslations("levels");
  const [values, setValues] = useState(first);
  const [isChecked, setIsChecked] = useState(false);
  const fields = ["client_id", "name", "description", "category_ids"];
  const refusal = useRefusal(error, fields);
  const isMissing = values.name.trim() === "";
  const submit = () => {
    setIsChecked(true);
    onChecked?.();
    if (!isMissing) {
      onSubmit({
        ...values,
        name: values.name,
        description: values.description,
      });
    }
  };
  return (
    <FormDialog {...dialog} problem={refusal.overall} onSubmit={submit}>
      {children}
      <Field
        label={t("name")}
        isRequired
        error={isChecked && isMissing ? t("nameMissing") : refusal.of("name")}
      >
        {(control) => (
          <Input
            {...control}
            maxLength={200}
            value={values.name}
            onChange={(event) => setValues({ ...values, name: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("description")} error={refusal.of("description")}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={10_000}
            value={values.description}
            onChange={(event) => setValues({ ...values, description: event.target.value })}
          />
        )}
      </Field>
      <ReferenceChecks
        label={t("categories")}
        kind="service_category"
        value={values.category_ids}
        onChange={(category_ids) => setValues({ ...values, category_ids })}
        error={refusal.of("category_ids")}
      />
    </FormDialog>
  );
}
