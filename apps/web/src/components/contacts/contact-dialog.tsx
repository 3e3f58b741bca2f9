"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import type { Contact, ContactWithLinks, Place } from "@/api/catalogue";
import { catalogueChanged, contactQuery } from "@/api/catalogue";
import type { Schemas } from "@/api/client";
import { ApiProblem, api, ifMatch, unwrap } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { showToast } from "@/ui/toast-store";
import { ClientField } from "../client-field";
import { EditConflictDialog } from "../edit-conflict/edit-conflict-dialog";
import type { Read } from "../edit-conflict/use-guarded-save";
import { useGuardedSave } from "../edit-conflict/use-guarded-save";
import { FormDialog } from "../form-dialog";
import { useRefusal } from "../levels/use-refusal";

type Values = { name: string; email: string | null; role: string; phone: string; active: string };
type Text = "name" | "email" | "role" | "phone";

const texts: readonly { name: Text; type: string }[] = [
  { name: "name", type: "text" },
  { name: "email", type: "email" },
  { name: "role", type: "text" },
  { name: "phone", type: "tel" },
];

const blank: Values = { name: "", email: null, role: "", phone: "", active: "true" };

const read = (contact: Contact): Read<Values> => ({
  values: {
    name: contact.name,
    email: contact.email,
    role: contact.role,
    phone: contact.phone,
    active: String(contact.active),
  },
  version: contact.version,
  by: contact.updated_by?.name ?? null,
});

/** What is sent: the form's texts, and whether they are active as a boolean. */
function sent({ active, ...others }: Partial<Values>) {
  return active === undefined ? others : { ...others, active: active === "true" };
}

type NewProps = {
  /** The client that it will belong to, when that is settled. */
  client?: Place;
  onMade: (contact: ContactWithLinks) => void;
  /** When the client has a contact with this address, and the person wants that one. */
  onExisting: (contact: ContactWithLinks) => void;
  onClose: () => void;
};

/** Adds a person at a client; offers the contact that is there when their address is known. */
export function NewContactDialog({ client, onMade, onExisting, onClose }: NewProps) {
  const t = useTranslations("contacts");
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<Place | null>(client ?? null);
  const [values, setValues] = useState(blank);
  const [isChecked, setIsChecked] = useState(false);
  const making = useMutation({
    mutationFn: (clientId: string) =>
      unwrap(
        api.POST("/api/v1/contacts", {
          body: { client_id: clientId, ...sent(values) } as Schemas["ContactIn"],
        }),
      ),
    onSuccess: (made) => {
      void catalogueChanged(queries);
      showToast({ tone: "success", title: t("made", { name: made.name }) });
      onMade(made);
    },
  });
  const make = () => {
    setIsChecked(true);
    if (chosen && values.name.trim() !== "") making.mutate(chosen.id);
  };
  return (
    <ContactForm
      title={t("new")}
      values={values}
      onChange={setValues}
      isChecked={isChecked}
      error={making.error}
      isBusy={making.isPending}
      submitLabel={t("add")}
      onSubmit={make}
      onClose={onClose}
      after={<ExistingContact error={making.error} onTake={onExisting} />}
    >
      {client === undefined && (
        <ClientField
          value={chosen}
          onChange={setChosen}
          error={isChecked && !chosen ? t("clientMissing") : null}
        />
      )}
    </ContactForm>
  );
}

type ExistingProps = { error: unknown; onTake: (contact: ContactWithLinks) => void };

/** The contact that an address belongs to; the API names it in its sentence. */
function ExistingContact({ error, onTake }: ExistingProps) {
  const t = useTranslations("contacts");
  const queries = useQueryClient();
  const isThere = error instanceof ApiProblem && error.code === "contact_exists";
  const contactId = isThere
    ? error.detail.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/)?.[0]
    : null;
  const taking = useMutation({
    mutationFn: (id: string) => queries.fetchQuery(contactQuery(id)),
    onSuccess: onTake,
  });
  if (!contactId) return null;
  return (
    <Button
      className="justify-self-start"
      isBusy={taking.isPending}
      onClick={() => taking.mutate(contactId)}
    >
      {t("takeExisting")}
    </Button>
  );
}

type EditProps = {
  contact: ContactWithLinks;
  children?: ReactNode;
  /** Buttons beside saving. */
  actions?: ReactNode;
  onClose: () => void;
};

/** Changes a contact; never over what somebody else saved meanwhile. */
export function EditContactDialog({ contact, children, actions, onClose }: EditProps) {
  const t = useTranslations("contacts");
  const queries = useQueryClient();
  const [base] = useState(() => read(contact));
  const [values, setValues] = useState(base.values);
  const [isChecked, setIsChecked] = useState(false);
  const path = { contact_id: contact.id };
  const saving = useGuardedSave<Values>({
    base,
    readAgain: async () =>
      read(await queries.fetchQuery({ ...contactQuery(contact.id), staleTime: 0 })),
    write: (changes, version) =>
      unwrap(
        api.PATCH("/api/v1/contacts/{contact_id}", {
          params: { path, header: ifMatch(version) },
          body: sent(changes) as Schemas["ContactChanges"],
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
        labels={{
          name: t("name"),
          email: t("email"),
          role: t("role"),
          phone: t("phone"),
          active: t("active"),
        }}
        show={(name, value) => (name === "active" ? t(`is.${value as "true" | "false"}`) : value)}
        isBusy={saving.isBusy}
        error={saving.error}
        onSettle={saving.settle}
        onClose={saving.leaveConflict}
      />
    );
  }
  return (
    <ContactForm
      title={contact.name}
      about={contact.client.name}
      values={values}
      onChange={setValues}
      isChecked={isChecked}
      error={saving.error}
      isBusy={saving.isBusy}
      submitLabel={t("save")}
      onSubmit={save}
      onClose={onClose}
      actions={actions}
      after={
        <>
          <Checkbox
            label={t("active")}
            hint={t("activeHint")}
            checked={values.active === "true"}
            onCheckedChange={(active) => setValues({ ...values, active: String(active) })}
          />
          {children}
        </>
      }
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
  actions?: ReactNode;
  children?: ReactNode;
  after?: ReactNode;
};

function ContactForm(props: FormProps) {
  const { title, about, values, onChange, isChecked, error, isBusy, onSubmit, onClose } = props;
  const t = useTranslations("contacts");
  const isMissing = isChecked && values.name.trim() === "";
  const refusal = useRefusal(
    error,
    texts.map(({ name }) => name),
  );
  const said = (name: Text) => (name === "name" && isMissing ? t("nameMissing") : refusal.of(name));
  return (
    <FormDialog
      title={title}
      about={about}
      submitLabel={props.submitLabel}
      isBusy={isBusy}
      actions={props.actions}
      problem={refusal.overall}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      {props.children}
      {texts.map(({ name, type }) => (
        <Field key={name} label={t(name)} isRequired={name === "name"} error={said(name)}>
          {(control) => (
            <Input
              {...control}
              type={type}
              autoComplete="off"
              maxLength={200}
              value={values[name] ?? ""}
              onChange={({ target }) =>
                onChange({ ...values, [name]: emptied(name, target.value) })
              }
            />
          )}
        </Field>
      ))}
      {props.after}
    </FormDialog>
  );
}

/** No address is null; the other texts may be empty. */
const emptied = (name: Text, text: string) => (name === "email" && text === "" ? null : text);
