"use client";

import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmationField } from "@/components/identity/confirmation-field";
import { useIdentity } from "@/components/identity/use-identity";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";
import { identityOf } from "../can";
import type { Ticks } from "../checklist-fields";
import { answersOf, ChecklistFields, missingOf } from "../checklist-fields";
import type { Gate } from "../queries";
import type { Settling, Staleness } from "./queries";

export type Way = "renew" | "accept";

type Props = {
  way: Way;
  gate: Gate;
  /** What was on the screen when the person asked. */
  shown: Staleness;
  settle: UseMutationResult<Staleness, Error, Settling>;
  onClose: () => void;
};

/** Asks once more, with the reason, and then approves again or accepts the change. */
export function SettleDialog({ way, gate, shown, settle, onClose }: Props) {
  const t = useTranslations("gates.staleness");
  const gates = useTranslations("gates");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const [ticks, setTicks] = useState<Ticks>({});
  const [isChecked, setIsChecked] = useState(false);
  const stage = gate.stage.title;
  const checklist = way === "renew" ? gate.policy.checklist : [];
  const identity = useIdentity(identityOf(gate), settle.error);
  const isRequired = way === "accept";
  const isMissing = isRequired && reason.trim() === "";
  const confirm = () => {
    setIsChecked(true);
    if (isMissing || missingOf(checklist, ticks) > 0 || settle.isPending) return;
    const settling = { shown, reason, checklist: answersOf(checklist, ticks) };
    identity.show(() => settle.mutate(settling, { onSuccess: done }));
  };
  const done = (staleness: Staleness) => {
    onClose();
    const isWaiting = way === "renew" && staleness.is_stale;
    showToast({ tone: "success", title: t(isWaiting ? "renewWaits" : `${way}Done`, { stage }) });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t(`${way}Title`, { stage })}
      description={t(`${way}About`, { count: shown.present.length })}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button variant="primary" isBusy={settle.isPending || identity.isBusy} onClick={confirm}>
            {t(way)}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <ChecklistFields
          items={checklist}
          ticks={ticks}
          isChecked={isChecked}
          onChange={setTicks}
        />
        <Field
          label={t(`${way}Reason`)}
          isRequired={isRequired}
          error={isChecked && isMissing ? t("reasonMissing") : null}
        >
          {(control) => (
            <Textarea
              {...control}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {identity.isAsked && <ConfirmationField about={gates("asksWho")} {...identity.field} />}
        {settle.isError && !identity.isAsked && (
          <Callout tone="danger">{problemText(settle.error)}</Callout>
        )}
      </div>
    </Dialog>
  );
}
