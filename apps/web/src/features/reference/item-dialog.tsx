"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import type { ReferenceItem, ReferenceKind } from "@/api/catalogue";
import { catalogueChanged, referenceItemsQuery } from "@/api/catalogue";
import type { Schemas } from "@/api/client";
import { ApiProblem, api, ifMatch, unwrap } from "@/api/client";
import { EditConflictDialog } from "@/components/edit-conflict/edit-conflict-dialog";
import type { Read } from "@/components/edit-conflict/use-guarded-save";
import { useGuardedSave } from "@/components/edit-conflict/use-guarded-save";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Checkbox } from "@/ui/checkbox";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { showToast } from "@/ui/toast-store";
import { codeFrom, isCode } from "./codes";

type Values = { name: string; colour: string | null };

/** What a new colour begins with. */
const grey = "#64748b";

const read = ({ name, colour, version, updated_by }: ReferenceItem): Read<Values> => ({
  values: { name, colour },
  version,
  by: updated_by?.name ?? null,
});

type NewProps = { kind: ReferenceKind; onClose: () => void };

/** Offers a new value. Its code comes from its name until somebody writes another. */
export function NewItemDialog({ kind, onClose }: NewProps) {
  const t = useTranslations("reference");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const [values, setValues] = useState<Values>({ name: "", colour: null });
  const [written, setWritten] = useState<string | null>(null);
  const [isChecked, setIsChecked] = useState(false);
  const code = written ?? codeFrom(values.name);
  const making = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/reference/{kind}", {
          params: { path: { kind } },
          body: { code, ...values },
        }),
      ),
    onSuccess: ({ name }) => {
      showToast({ tone: "success", title: t("added", { name }) });
      onClose();
    },
    onSettled: () => catalogueChanged(queries),
  });
  const refused = making.error instanceof ApiProblem && making.error.field === "code";
  const make = () => {
    setIsChecked(true);
    if (values.name.trim() !== "" && isCode(code)) making.mutate();
  };
  const codeError = refused
    ? problemText(making.error)
    : isChecked && !isCode(code)
      ? t("codeWrong")
      : null;
  return (
    <ItemForm
      title={t(`newOf.${kind}`)}
      values={values}
      onChange={setValues}
      isChecked={isChecked}
      error={refused ? null : making.error}
      isBusy={making.isPending}
      submitLabel={t("add")}
      onSubmit={make}
      onClose={onClose}
    >
      <Field label={t("code")} hint={t("codeHint")} isRequired error={codeError}>
        {(control) => (
          <Input
            {...control}
            maxLength={40}
            spellCheck={false}
            autoCapitalize="none"
            className="font-mono"
            value={code}
            onChange={({ target }) => setWritten(target.value)}
          />
        )}
      </Field>
    </ItemForm>
  );
}

type EditProps = { item: ReferenceItem; onClose: () => void };

/** Gives a value another name or colour; its code stays. */
export function EditItemDialog({ item, onClose }: EditProps) {
  const t = useTranslations("reference");
  const queries = useQueryClient();
  const [base] = useState(() => read(item));
  const [values, setValues] = useState(base.values);
  const [isChecked, setIsChecked] = useState(false);
  const saving = useGuardedSave<Values>({
    base,
    readAgain: async () => {
      const { items } = await queries.fetchQuery({
        ...referenceItemsQuery(item.kind),
        staleTime: 0,
      });
      return read(items.find(({ id }) => id === item.id) ?? item);
    },
    write: (changes, version) =>
      unwrap(
        api.PATCH("/api/v1/reference-items/{item_id}", {
          params: { path: { item_id: item.id }, header: ifMatch(version) },
          body: changes as Schemas["ReferenceItemChanges"],
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
        labels={{ name: t("name"), colour: t("colour") }}
        show={(_, value) => value}
        isBusy={saving.isBusy}
        error={saving.error}
        onSettle={saving.settle}
        onClose={saving.leaveConflict}
      />
    );
  }
  return (
    <ItemForm
      title={t("edit", { name: item.name })}
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

function ItemForm(props: FormProps) {
  const { title, values, onChange, isChecked, error, isBusy, onSubmit, onClose } = props;
  const t = useTranslations("reference");
  const refusal = useRefusal(error, ["name", "colour"]);
  const isMissing = isChecked && values.name.trim() === "";
  return (
    <FormDialog
      title={title}
      submitLabel={props.submitLabel}
      isBusy={isBusy}
      problem={refusal.overall}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <Field label={t("name")} isRequired error={isMissing ? t("nameMissing") : refusal.of("name")}>
        {(control) => (
          <Input
            {...control}
            maxLength={200}
            value={values.name}
            onChange={({ target }) => onChange({ ...values, name: target.value })}
          />
        )}
      </Field>
      {props.children}
      <Checkbox
        label={t("hasColour")}
        checked={values.colour !== null}
        onCheckedChange={(isOn) => onChange({ ...values, colour: isOn ? grey : null })}
      />
      {values.colour !== null && (
        <Field label={t("colour")} error={refusal.of("colour")}>
          {(control) => (
            <Input
              {...control}
              type="color"
              className="w-20 p-1"
              value={values.colour ?? grey}
              onChange={({ target }) => onChange({ ...values, colour: target.value })}
            />
          )}
        </Field>
      )}
    </FormDialog>
  );
}
