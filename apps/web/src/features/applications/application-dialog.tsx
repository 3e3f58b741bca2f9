"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import type { Application, Place } from "@/api/catalogue";
import { applicationQuery, catalogueChanged } from "@/api/catalogue";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";
import { ClientField } from "@/components/client-field";
import { EditConflictDialog } from "@/components/edit-conflict/edit-conflict-dialog";
import type { Read } from "@/components/edit-conflict/use-guarded-save";
import { useGuardedSave } from "@/components/edit-conflict/use-guarded-save";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";

type Values = { name: string; url: string | null; description: string };

const blank: Values = { name: "", url: null, description: "" };

const read = ({ name, url, description, version, updated_by }: Application): Read<Values> => ({
  values: { name, url, description },
  version,
  by: updated_by?.name ?? null,
});

type NewProps = { onMade: (application: Application) => void; onClose: () => void };

/** Adds software of a client to the catalogue. */
export function NewApplicationDialog({ onMade, onClose }: NewProps) {
  const t = useTranslations("applications");
  const queries = useQueryClient();
  const [client, setClient] = useState<Place | null>(null);
  const [values, setValues] = useState(blank);
  const [isChecked, setIsChecked] = useState(false);
  const making = useMutation({
    mutationFn: (clientId: string) =>
      unwrap(api.POST("/api/v1/applications", { body: { client_id: clientId, ...values } })),
    onSuccess: (made) => {
      void catalogueChanged(queries);
      showToast({ tone: "success", title: t("made", { name: made.name }) });
      onMade(made);
    },
  });
  const make = () => {
    setIsChecked(true);
    if (client && values.name.trim() !== "") making.mutate(client.id);
  };
  return (
    <ApplicationForm
      title={t("new")}
      values={values}
      onChange={setValues}
      isChecked={isChecked}
      error={making.error}
      isBusy={making.isPending}
      submitLabel={t("add")}
      onSubmit={make}
      onClose={onClose}
    >
      <ClientField
        value={client}
        onChange={setClient}
        error={isChecked && !client ? t("clientMissing") : null}
      />
    </ApplicationForm>
  );
}

type EditProps = { application: Application; onClose: () => void };

/** Changes an application; never over what somebody else saved meanwhile. */
export function EditApplicationDialog({ application, onClose }: EditProps) {
  const t = useTranslations("applications");
  const queries = useQueryClient();
  const [base] = useState(() => read(application));
  const [values, setValues] = useState(base.values);
  const [isChecked, setIsChecked] = useState(false);
  const saving = useGuardedSave<Values>({
    base,
    readAgain: async () =>
      read(await queries.fetchQuery({ ...applicationQuery(application.id), staleTime: 0 })),
    write: (changes, version) =>
      unwrap(
        api.PATCH("/api/v1/applications/{application_id}", {
          params: { path: { application_id: application.id }, header: ifMatch(version) },
          body: changes as Schemas["ApplicationChanges"],
        }),
      ),
    onSaved: () => {
      void catalogueChanged(queries);
      showToast({ tone: "success", title: t("saved") });
      onClose();
    },
  });
  const save = () => {
    setIsChecked(true);
    if (values.name.trim() !== "") saving.save(values);
  };
  if (saving.conflict) {
    return (
      <EditConflictDialog
        conflict={saving.conflict}
        labels={{ name: t("name"), url: t("url"), description: t("description") }}
        show={(_, value) => value}
        isBusy={saving.isBusy}
        error={saving.error}
        onSettle={saving.settle}
        onClose={saving.leaveConflict}
      />
    );
  }
  return (
    <ApplicationForm
      title={application.name}
      about={application.client.name}
      values={values}
      onChange={setValues}
      isChecked={isChecked}
      error={saving.error}
      isBusy={saving.isBusy}
      submitLabel={t("save")}
      onSubmit={save}
      onClose={onClose}
    />
  );
}

type FormProps = {
  title: string;
  about?: string;
  values: Values;
  onChange: (values: Values) => void;
  isChecked: boolean;
  error: unknown;
  isBusy: boolean;
  submitLabel: string;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
};

function ApplicationForm(props: FormProps) {
  const { title, about, values, onChange, isChecked, error, isBusy, onSubmit, onClose } = props;
  const t = useTranslations("applications");
  const refusal = useRefusal(error, ["name", "url", "description"]);
  const isNameMissing = isChecked && values.name.trim() === "";
  return (
    <FormDialog
      title={title}
      about={about}
      submitLabel={props.submitLabel}
      isBusy={isBusy}
      problem={refusal.overall}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      {props.children}
      <Field
        label={t("name")}
        isRequired
        error={isNameMissing ? t("nameMissing") : refusal.of("name")}
      >
        {(control) => (
          <Input
            {...control}
            maxLength={200}
            value={values.name}
            onChange={({ target }) => onChange({ ...values, name: target.value })}
          />
        )}
      </Field>
      <Field label={t("url")} hint={t("urlHint")} error={refusal.of("url")}>
        {(control) => (
          <Input
            {...control}
            inputMode="url"
            maxLength={2000}
            placeholder="https://"
            value={values.url ?? ""}
            onChange={({ target }) => onChange({ ...values, url: target.value || null })}
          />
        )}
      </Field>
      <Field label={t("description")} error={refusal.of("description")}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={10_000}
            value={values.description}
            onChange={({ target }) => onChange({ ...values, description: target.value })}
          />
        )}
      </Field>
    </FormDialog>
  );
}
