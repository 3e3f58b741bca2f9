"use client";

import { useState } from "react";
import { ApiProblem } from "@/api/client";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Checkbox } from "@/ui/checkbox";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { showToast } from "@/ui/toast-store";
import { ChecklistEditor } from "./checklist-editor";
import type { Draft } from "./policy-draft";
import { bodyOf, draftOf, problemsOf } from "./policy-draft";
import type { Gate } from "./queries";
import { usePolicySaving } from "./queries";
import { ReviewersEditor } from "./reviewers-editor";

type Props = { gate: Gate; onClose: () => void };

const fields = ["approvals", "reviewers", "due_days", "checklist"];

/** Says who decides at a gate, and how. */
export function PolicyDialog({ gate, onClose }: Props) {
  const t = useTranslations("gates.policy");
  const [base, setBase] = useState(gate.policy);
  const [draft, setDraft] = useState(() => draftOf(gate.policy));
  const [isChecked, setIsChecked] = useState(false);
  const saving = usePolicySaving(gate.id);
  const refusal = useRefusal(saving.error, fields);
  const problems = problemsOf(draft);
  const edit = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const isContested = saving.error instanceof ApiProblem && saving.error.status === 412;
  const save = () => {
    setIsChecked(true);
    if (problems.size > 0) return;
    saving.mutate(
      { body: bodyOf(draft), version: base.version },
      {
        onSuccess: () => {
          onClose();
          showToast({ tone: "success", title: t("saved") });
        },
      },
    );
  };
  const takeTheirs = () => {
    setBase(gate.policy);
    setDraft(draftOf(gate.policy));
    saving.reset();
  };
  const said = (name: string) =>
    isChecked && problems.has(name) ? t(`missing.${name as "approvals"}`) : refusal.of(name);
  return (
    <FormDialog
      title={t("editTitle", { stage: gate.stage.title })}
      about={t("editAbout")}
      submitLabel={t("save")}
      isBusy={saving.isPending}
      problem={isContested ? null : refusal.overall}
      onSubmit={save}
      onClose={onClose}
    >
      {isContested && (
        <Callout tone="warning" title={t("contested")}>
          <span>{t("contestedAbout")}</span>
          <div className="mt-1 flex flex-wrap gap-2">
            <Button size="sm" onClick={takeTheirs}>
              {t("takeTheirs")}
            </Button>
            <Button
              size="sm"
              onClick={() => {
                setBase(gate.policy);
                saving.reset();
              }}
            >
              {t("keepMine")}
            </Button>
          </div>
        </Callout>
      )}
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
