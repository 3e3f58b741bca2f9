"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "@/api/client";
import { levelsChanged } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";
import { FormDialog } from "../form-dialog";
import { useProblemText } from "../problem-text";
import { ReasonField } from "./reason-field";

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

function unarchive({ level, id, version }: Archivable, reason = ""): Promise<Archived> {
  const query = reason ? { reason } : {};
  const headers = ifMatch(version);
  if (level === "client") {
    const params = { path: { client_id: id }, query };
    return unwrap(api.DELETE("/api/v1/clients/{client_id}/archival", { params, headers }));
  }
  const params = { path: { service_id: id }, query };
  return unwrap(api.DELETE("/api/v1/services/{service_id}/archival", { params, headers }));
}

type Props = { thing: Archivable; onClose: () => void };

/** Asks why, archives, and offers to take it back. */
export function ArchiveDialog({ thing, onClose }: Props) {
  const t = useTranslations("levels");
  return (
    <ReasonDialog
      title={t("archiveTitle", { name: thing.name })}
      about={t(`archiveAbout.${thing.level}`)}
      submitLabel={t("archive")}
      done={t("archived", { name: thing.name })}
      undone={t("unarchived", { name: thing.name })}
      change={(reason) => archive(thing, reason)}
      takeBack={(version) => unarchive({ ...thing, version })}
      onClose={onClose}
    />
  );
}

/** Asks why, brings it back from the archive, and offers to take that back. */
export function UnarchiveDialog({ thing, onClose }: Props) {
  const t = useTranslations("levels");
  return (
    <ReasonDialog
      title={t("unarchiveTitle", { name: thing.name })}
      about={t("unarchiveAbout")}
      submitLabel={t("bringBack")}
      done={t("unarchived", { name: thing.name })}
      undone={t("archived", { name: thing.name })}
      change={(reason) => unarchive(thing, reason)}
      takeBack={(version) => archive({ ...thing, version }, "")}
      longest={1_000}
      onClose={onClose}
    />
  );
}

type ReasonProps = {
  title: string;
  about: string;
  submitLabel: string;
  /** What is said when it is done. */
  done: string;
  /** What is said when it is taken back. */
  undone: string;
  change: (reason: string) => Promise<Archived>;
  takeBack: (version: number) => Promise<unknown>;
  /** The reason, in characters; shorter where it stands in an address. */
  longest?: number;
  onClose: () => void;
};

function ReasonDialog(props: ReasonProps) {
  const { done, undone, change, takeBack, longest = 10_000, onClose, ...dialog } = props;
  const t = useTranslations("levels");
  const problemText = useProblemText();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const undo = (version: number) => {
    takeBack(version)
      .then(() => showToast({ tone: "success", title: undone }))
      .catch((error: unknown) => showToast({ tone: "danger", title: problemText(error) }))
      .finally(() => levelsChanged(client));
  };
  const submit = () => {
    setIsBusy(true);
    change(reason)
      .then(({ version }) => {
        onClose();
        showToast({
          tone: "success",
          title: done,
          action: { label: t("undo"), onAction: () => undo(version) },
        });
      })
      .catch((error: unknown) => setProblem(problemText(error)))
      .finally(() => {
        setIsBusy(false);
        levelsChanged(client);
      });
  };
  return (
    <FormDialog {...dialog} isBusy={isBusy} problem={problem} onSubmit={submit} onClose={onClose}>
      <ReasonField value={reason} onChange={setReason} longest={longest} />
    </FormDialog>
  );
}
