"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "@/api/client";
import type { ProjectFacts, ProjectStatus } from "@/api/levels";
import { levelsChanged } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { showToast } from "@/ui/toast-store";
import { ChangedMeanwhile } from "../edit-conflict/changed-meanwhile";
import { useGuardedAction } from "../edit-conflict/use-guarded-action";
import { FormDialog } from "../form-dialog";
import { useProblemText } from "../problem-text";
import { ReasonField } from "./reason-field";
import { useLookAgain, useSights } from "./sights";
import { useRefusal } from "./use-refusal";

type Props = { facts: ProjectFacts; onClose: () => void };

/** Gives a project one of the statuses that it can have next. */
export function StatusDialog({ facts, onClose }: Props) {
  const t = useTranslations("levels");
  const [status, setStatus] = useState<ProjectStatus | undefined>(facts.reachable[0]);
  const [reason, setReason] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const undo = useUndoOfStatus(facts);
  const sights = useSights();
  const [seen] = useState(() => sights.project(facts));
  const client = useQueryClient();
  const change = useGuardedAction({
    seen,
    lookAgain: useLookAgain("project", facts.id),
    act: (to: ProjectStatus, version) =>
      unwrap(
        api.PUT("/api/v1/projects/{project_id}/status", {
          params: { path: { project_id: facts.id } },
          headers: ifMatch(version),
          body: { status: to, reason },
        }),
      ),
    onDone: (changed, to) => {
      onClose();
      showToast({
        tone: "success",
        title: t("statusIs", { name: facts.name, status: t(`statuses.${to}`) }),
        ...(canGoBack(facts.status, to) && {
          action: { label: t("undo"), onAction: () => undo(changed.version) },
        }),
      });
    },
    onSettled: () => levelsChanged(client),
  });
  const refusal = useRefusal(change.error, ["reason"]);
  const isNeeded = status === "blocked" && facts.status !== "archived";
  const isMissing = isNeeded && reason.trim() === "";
  const submit = () => {
    setIsChecked(true);
    if (status && !isMissing) change.run(status);
  };
  return (
    <FormDialog
      title={t("statusTitle", { name: facts.name })}
      about={t("statusAbout", { status: t(`statuses.${facts.status}`) })}
      submitLabel={t("changeStatus")}
      isBusy={change.isBusy}
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      <ChangedMeanwhile changed={change.changed} />
      <RadioGroup
        label={t("status")}
        value={status ?? ""}
        onValueChange={(next) => setStatus(next as ProjectStatus)}
      >
        {facts.reachable.map((each) => (
          <RadioCard key={each} value={each} title={t(`statuses.${each}`)}>
            {t(`statusesAbout.${each}`)}
          </RadioCard>
        ))}
      </RadioGroup>
      <ReasonField
        value={reason}
        onChange={setReason}
        isRequired={isNeeded}
        error={isChecked && isMissing ? t("blockedReasonMissing") : refusal.of("reason")}
      />
    </FormDialog>
  );
}

/** Mirrors `projects/statuses.py`: whether the way back is one step. */
function canGoBack(before: ProjectStatus, after: ProjectStatus): boolean {
  return before !== "draft" || after === "archived";
}

/** Back to the status and the reason that it had, unless somebody changed it since. */
function useUndoOfStatus(facts: ProjectFacts) {
  const problemText = useProblemText();
  const client = useQueryClient();
  return (version: number) => {
    const call = api.PUT("/api/v1/projects/{project_id}/status", {
      params: { path: { project_id: facts.id } },
      headers: ifMatch(version),
      body: { status: facts.status, reason: facts.status_reason },
    });
    unwrap(call)
      .catch((error: unknown) => showToast({ tone: "danger", title: problemText(error) }))
      .finally(() => levelsChanged(client));
  };
}
