"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { EditConflictDialog } from "@/components/edit-conflict/edit-conflict-dialog";
import { useGuardedSave } from "@/components/edit-conflict/use-guarded-save";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { Checkbox } from "@/ui/checkbox";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { showToast } from "@/ui/toast-store";
import { ChecklistEditor } from "./checklist-editor";
import type { Draft } from "./policy-draft";
import { bodyOf, draftOf, problemsOf, readOf } from "./policy-draft";
import type { Gate } from "./queries";
import { candidatesQuery, usePolicyEditing } from "./queries";
import { ReviewersEditor } from "./reviewers-editor";

type Props = { gate: Gate; onClose: () => void };

const fields = ["approvals", "reviewers", "due_days", "checklist"];

/** Says who decides at a gate, and how. */
export function PolicyDialog({ gate, onClose }: Props) {
  const t = useTranslations("gates.policy");
  const [base] = useState(() => readOf(gate.policy));
  const [draft, setDraft] = useState(() => draftOf(gate.policy));
  const [isChecked, setIsChecked] = useState(false);
  const show = useShown(gate, draft);
  const { readAgain, write } = usePolicyEditing(gate.id);
  const saving = useGuardedSave<Schemas["PolicyIn"]>({
    base,
    readAgain: async () => readOf(await readAgain()),
    write: (_, version, whole) => write(whole, version),
    onSaved: () => {
      onClose();
      showToast({ tone: "success", title: t("saved") });
    },
  });
  const refusal = useRefusal(saving.error, fields);
  const problems = problemsOf(draft);
  const edit = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const save = () => {
    setIsChecked(true);
    if (problems.size === 0) saving.save(bodyOf(draft));
  };
  const said = (name: string) =>
    isChecked && problems.has(name) ? t(`missing.${name as "approvals"}`) : refusal.of(name);
  if (saving.conflict) {
    return (
      <EditConflictDialog
        conflict={saving.conflict}
        labels={{
          roles: t("roles"),
          reviewers: t("reviewers"),
          approvals: t("approvals"),
          due_days: t("dueDays"),
          submitter_decides: t("submitterDecides"),
          reauthentication: t("reauthentication"),
          checklist: t("checklist"),
        }}
        show={show}
        isBusy={saving.isBusy}
        error={saving.error}
        onSettle={saving.settle}
        onClose={saving.leaveConflict}
      />
    );
  }
  return (
    <FormDialog
      title={t("editTitle", { stage: gate.stage.title })}
      about={t("editAbout")}
      submitLabel={t("save")}
      isBusy={saving.isBusy}
      problem={refusal.overall}
      onSubmit={save}
      onClose={onClose}
    >
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 text-sm font-medium">{t("roles")}</legend>
        {(["product_owner", "administrator"] as const).map((role) => (
          <Checkbox
            key={role}
            label={t(`everybody.${role}`)}
            checked={draft.roles.includes(role)}
            onCheckedChange={(isOn) =>
              edit({
                roles: isOn ? [...draft.roles, role] : draft.roles.filter((one) => one !== role),
              })
            }
          />
        ))}
      </fieldset>
      <ReviewersEditor
        gateId={gate.id}
        reviewers={draft.reviewers}
        error={said("reviewers")}
        onChange={(reviewers) => edit({ reviewers })}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={t("approvals")} hint={t("approvalsHint")} error={said("approvals")}>
          {(control) => (
            <Input
              {...control}
              type="number"
              inputMode="numeric"
              min={1}
              max={20}
              value={draft.approvals}
              onChange={(event) => edit({ approvals: event.target.value })}
            />
          )}
        </Field>
        <Field label={t("dueDays")} hint={t("dueDaysHint")} error={said("due_days")}>
          {(control) => (
            <Input
              {...control}
              type="number"
              inputMode="numeric"
              min={1}
              max={365}
              placeholder={t("never")}
              value={draft.due_days}
              onChange={(event) => edit({ due_days: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Checkbox
        label={t("submitterDecides")}
        hint={t("submitterDecidesHint")}
        checked={draft.submitter_decides}
        onCheckedChange={(submitter_decides) => edit({ submitter_decides })}
      />
      <Checkbox
        label={t("reauthentication")}
        hint={t("reauthenticationHint")}
        checked={draft.reauthentication}
        onCheckedChange={(reauthentication) => edit({ reauthentication })}
      />
      <ChecklistEditor
        items={draft.checklist}
        error={said("checklist")}
        onChange={(checklist) => edit({ checklist })}
      />
    </FormDialog>
  );
}

type Policy = Schemas["PolicyIn"];

/** A policy's values as people read them. */
function useShown(gate: Gate, draft: Draft) {
  const t = useTranslations("gates.policy");
  const shell = useTranslations("shell");
  const conflict = useTranslations("conflict");
  const { data } = useQuery(candidatesQuery(gate.id, ""));
  const drafted = draft.reviewers.flatMap((one) => [one, ...one.deputies]);
  const known = [
    ...(data?.items ?? []),
    ...gate.policy.reviewers.map(({ user }) => user),
    ...drafted.map(({ user_id, name }) => ({ id: user_id, name })),
  ];
  const nameOf = (id: string) => known.find((one) => one.id === id)?.name ?? "…";
  const textsOf = (policy: Partial<Policy>): Record<keyof Policy, string> => {
    const { roles = [], reviewers = [], checklist = [] } = policy;
    return {
      roles: roles.map((role) => shell(`roles.${role}`)).join("\n"),
      reviewers: reviewers
        .flatMap(({ user_id, deputies = [] }) => [
          nameOf(user_id),
          ...deputies.map((one) => `→ ${nameOf(one.user_id)}, ${one.starts_on} – ${one.ends_on}`),
        ])
        .join("\n"),
      approvals: String(policy.approvals),
      due_days: String(policy.due_days ?? t("never")),
      submitter_decides: conflict(policy.submitter_decides ? "yes" : "no"),
      reauthentication: conflict(policy.reauthentication ? "yes" : "no"),
      checklist: checklist
        .map(({ text, required }) => (required ? `${text} (${t("itemRequired")})` : text))
        .join("\n"),
    };
  };
  return <N extends keyof Policy>(name: N, value: Policy[N]) => textsOf({ [name]: value })[name];
}
