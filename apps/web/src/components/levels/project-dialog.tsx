"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { useDeferredValue, useState } from "react";
import type { Schemas } from "@/api/client";
import type { Place, ProjectFacts } from "@/api/levels";
import { keySuggestionQuery, peopleOfClientQuery } from "@/api/levels";
import { useAccount } from "@/api/session";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";
import { EditConflictDialog } from "../edit-conflict/edit-conflict-dialog";
import { useGuardedSave } from "../edit-conflict/use-guarded-save";
import { FormDialog } from "../form-dialog";
import { ClientPicker, ServicePicker } from "./place-picker";
import { OwnerField, ReferenceChecks, ReferenceField, useReferenceNames } from "./reference-fields";
import type { ProjectValues } from "./saving";
import { readOfProject, useProjectCreation, useProjectEditing } from "./saving";
import { useRefusal } from "./use-refusal";

type NewProps = {
  /** Where it goes; asked for when it is left out. */
  place?: { client: Place; service: Place };
  onClose: () => void;
};

export function NewProjectDialog({ place, onClose }: NewProps) {
  const t = useTranslations("levels");
  const router = useRouter();
  const account = useAccount();
  const [client, setClient] = useState<Place | null>(place?.client ?? null);
  const [service, setService] = useState<Place | null>(place?.service ?? null);
  const [isChecked, setIsChecked] = useState(false);
  const creation = useProjectCreation();
  const refusal = useRefusal(creation.error, ["service_id"]);
  const create = (values: ProjectValues) => {
    if (!service) return;
    creation.mutate(
      { ...values, service_id: service.id },
      {
        onSuccess: (made) => {
          onClose();
          showToast({ tone: "success", title: t("made", { name: made.name }) });
          router.push(paths.project(made.id));
        },
      },
    );
  };
  return (
    <ProjectForm
      title={place ? t("newProjectOf", { service: place.service.name }) : t("newProject")}
      about={t("newProjectAbout")}
      submitLabel={t("create")}
      clientId={client?.id ?? null}
      first={{ ...empty, owner_id: account.id }}
      known={[account]}
      isNew
      isBusy={creation.isPending}
      error={creation.error}
      onChecked={() => setIsChecked(true)}
      onSubmit={create}
      onClose={onClose}
    >
      {!place && (
        <>
          <Field
            label={t("client")}
            isRequired
            error={isChecked && !client ? t("clientMissing") : null}
          >
            {(control) => (
              <ClientPicker
                control={control}
                value={client}
                onChange={(next) => {
                  setClient(next);
                  setService(null);
                }}
              />
            )}
          </Field>
          <Field
            label={t("service")}
            isRequired
            error={isChecked && !service ? t("serviceMissing") : refusal.of("service_id")}
          >
            {(control) => (
              <ServicePicker
                key={client?.id}
                control={control}
                clientId={client?.id ?? null}
                value={service}
                onChange={setService}
              />
            )}
          </Field>
        </>
      )}
    </ProjectForm>
  );
}

const empty: ProjectValues = {
  name: "",
  key: "",
  description: "",
  type: "new",
  implementation_type_id: null,
  user_category_ids: [],
  owner_id: null,
};

type EditProps = { facts: ProjectFacts; onClose: () => void };

export function EditProjectDialog({ facts, onClose }: EditProps) {
  const t = useTranslations("levels");
  const [base] = useState(() => readOfProject(facts));
  const show = useShown(facts);
  const saving = useGuardedSave({
    ...useProjectEditing(facts.id),
    base,
    onSaved: () => {
      onClose();
      showToast({ tone: "success", title: t("saved") });
    },
  });
  return (
    <>
      <ProjectForm
        title={t("edit", { name: facts.name })}
        submitLabel={t("save")}
        clientId={facts.client.id}
        first={base.values}
        known={facts.owner ? [facts.owner] : []}
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
            key: t("key"),
            description: t("description"),
            type: t("type"),
            implementation_type_id: t("implementationType"),
            user_category_ids: t("userCategories"),
            owner_id: t("owner"),
          }}
          show={show}
          isBusy={saving.isBusy}
          error={saving.error}
          onSettle={saving.settle}
          onClose={saving.leaveConflict}
        />
      )}
    </>
  );
}

/** A project's values as people read them. */
function useShown({ client, owner }: ProjectFacts) {
  const t = useTranslations("levels");
  const typesOf = useReferenceNames("implementation_type");
  const categoriesOf = useReferenceNames("user_category");
  const { data } = useQuery(peopleOfClientQuery(client.id, ""));
  const people = [...(owner ? [owner] : []), ...(data?.items ?? [])];
  return (name: string, value: string | readonly string[] | null): string | null => {
    if (value === null) return null;
    if (typeof value !== "string") return categoriesOf(value);
    if (name === "implementation_type_id") return typesOf([value]);
    if (name === "type") return t(`types.${value as Schemas["ProjectType"]}`);
    if (name === "owner_id") return people.find(({ id }) => id === value)?.name ?? "…";
    return value;
  };
}

type FormProps = {
  title: string;
  about?: string;
  submitLabel: string;
  /** Whose people can own it; null until it is chosen. */
  clientId: string | null;
  first: ProjectValues;
  /** Owners whose names are there already. */
  known: readonly { id: string; name: string }[];
  isNew?: boolean;
  isBusy: boolean;
  error: unknown;
  onChecked?: () => void;
  onSubmit: (values: ProjectValues) => void;
  onClose: () => void;
  /** Fields before the others. */
  children?: ReactNode;
};

const fields = ["service_id", ...Object.keys(empty)];
const types: readonly Schemas["ProjectType"][] = ["new", "existing"];

function ProjectForm(props: FormProps) {
  const {
    clientId,
    first,
    known,
    isNew = false,
    error,
    onChecked,
    onSubmit,
    children,
    ...dialog
  } = props;
  const t = useTranslations("levels");
  const [values, setValues] = useState(first);
  const [isChecked, setIsChecked] = useState(false);
  const refusal = useRefusal(error, fields);
  const settledName = useDeferredValue(values.name.trim());
  const { data: suggestion } = useQuery({
    ...keySuggestionQuery(isNew ? settledName : ""),
    placeholderData: (last) => last,
  });
  const isNameMissing = values.name.trim() === "";
  const isKeyWrong = !/^[a-z][a-z0-9-]{0,23}$/i.test(values.key.trim());
  const isKeyRefused = isKeyWrong && !(isNew && values.key.trim() === "");
  const edit = (change: Partial<ProjectValues>) => setValues({ ...values, ...change });
  const submit = () => {
    setIsChecked(true);
    onChecked?.();
    if (isNameMissing || isKeyRefused) return;
    onSubmit({
      ...values,
      name: values.name,
      key: values.key.trim().toUpperCase(),
      description: values.description,
    });
  };
  return (
    <FormDialog {...dialog} problem={refusal.overall} onSubmit={submit}>
      {children}
      <Field
        label={t("name")}
        isRequired
        error={isChecked && isNameMissing ? t("nameMissing") : refusal.of("name")}
      >
        {(control) => (
          <Input
            {...control}
            maxLength={200}
            value={values.name}
            onChange={(event) => edit({ name: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={t("key")}
        hint={t("keyHint")}
        isRequired={!isNew}
        error={isChecked && isKeyRefused ? t("keyWrong") : refusal.of("key")}
      >
        {(control) => (
          <Input
            {...control}
            maxLength={24}
            autoCapitalize="characters"
            className="font-mono uppercase placeholder:normal-case"
            placeholder={suggestion?.key}
            value={values.key}
            onChange={(event) => edit({ key: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("description")} error={refusal.of("description")}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={10_000}
            value={values.description}
            onChange={(event) => edit({ description: event.target.value })}
          />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("type")} error={refusal.of("type")}>
          {(control) => (
            <Select
              {...control}
              value={values.type}
              onValueChange={(type) => edit({ type: type as Schemas["ProjectType"] })}
              options={types.map((type) => ({ value: type, label: t(`types.${type}`) }))}
            />
          )}
        </Field>
        <ReferenceField
          label={t("implementationType")}
          kind="implementation_type"
          value={values.implementation_type_id}
          onChange={(implementation_type_id) => edit({ implementation_type_id })}
          error={refusal.of("implementation_type_id")}
        />
      </div>
      {clientId && (
        <OwnerField
          label={t("owner")}
          hint={t("ownerHint")}
          clientId={clientId}
          value={values.owner_id}
          onChange={(owner_id) => edit({ owner_id })}
          error={refusal.of("owner_id")}
          known={known}
        />
      )}
      <ReferenceChecks
        label={t("userCategories")}
        kind="user_category"
        value={values.user_category_ids}
        onChange={(user_category_ids) => edit({ user_category_ids })}
        error={refusal.of("user_category_ids")}
      />
    </FormDialog>
  );
}
