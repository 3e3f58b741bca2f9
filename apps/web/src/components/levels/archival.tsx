"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "@/api/client";
import { levelsChanged } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";
import { FormDialog } from "../form-dialog";
import { useProblemText } from "../problem-text";

export type Archivable = { level: "client" | "service"; id: string; name: string; version: number };

type Archived = { version: number };

function archive({ level, id, version }: Archivable, reason: string): Promise<Archived> {
  const body = { reason };
  const headers = ifMatch(version);
  if (level === "client") {
    const params = { path: { client_id: id } };
    return unwrap(api.POST("/api/v1/clients/{client_id}/archival", { params, headers, body }));
  }
  const params = { path: { service_id: id } };
  return unwrap(api.POST("/api/v1/services/{service_id}/archival", { params, headers, body }));
}

function unarchive({ level, id, version }: Archivable): Promise<unknown> {
  const headers = ifMatch(version);
  if (level === "client") {
    const params = { path: { client_id: id } };
    return unwrap(api.DELETE("/api/v1/clients/{client_id}/archival", { params, headers }));
  }
  const params = { path: { service_id: id } };
  return unwrap(api.DELETE("/api/v1/services/{service_id}/archival", { params, headers }));
}

/** Brings it back from the archive and says so, or why not. */
export function useUnarchive(): (thing: Archivable) => void {
  const t = useTranslations("levels");
  const problemText = useProblemText();
  const client = useQueryClient();
  return (thing) => {
    unarchive(thing)
      .then(() => showToast({ tone: "success", title: t("unarchived", { name: thing.name }) }))
      .catch((error: unknown) => showToast({ tone: "danger", title: problemText(error) }))
      .finally(() => levelsChanged(client));
  };
}

type Props = { thing: Archivable; onClose: () => void };

/** Asks why, archives, and offers to take it back. */
export function ArchiveDialog({ thing, onClose }: Props) {
  const t = useTranslations("levels");
  const problemText = useProblemText();
  const client = useQueryClient();
  const undo = useUnarchive();
  const [reason, setReason] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = () => {
    setIsBusy(true);
    archive(thing, reason)
      .then(({ version }) => {
        onClose();
        showToast({
          tone: "success",
          title: t("archived", { name: thing.name }),
          action: { label: t("undo"), onAction: () => undo({ ...thing, version }) },
        });
      })
      .catch((error: unknown) => setProblem(problemText(error)))
      .finally(() => {
        setIsBusy(false);
        levelsChanged(client);
      });
  };
  return (
    <FormDialog
      title={t("archiveTitle", { name: thing.name })}
      about={t(`archiveAbout.${thing.level}`)}
      submitLabel={t("archive")}
      isBusy={isBusy}
      problem={problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={t("reason")}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={10_000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
