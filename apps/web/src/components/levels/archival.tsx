"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, unwrap } from "@/api/client";
import { levelsChanged } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";
import { ChangedMeanwhile } from "../edit-conflict/changed-meanwhile";
import type { Seen } from "../edit-conflict/use-guarded-action";
import { useGuardedAction } from "../edit-conflict/use-guarded-action";
import { FormDialog } from "../form-dialog";
import { useProblemText } from "../problem-text";
import { ReasonField } from "./reason-field";
import { useLookAgain } from "./sights";

type Archivable = { level: "client" | "service"; id: string; name: string };

type Archived = { version: number };

function archive({ level, id }: Archivable, version: number, reason = ""): Promise<Archived> {
  const body = { reason };
  const headers = ifMatch(version);
  if (level === "client") {
    const params = { path: { client_id: id } };
    return unwrap(api.POST("/api/v1/clients/{client_id}/archival", { params, headers, body }));
  }
  const params = { path: { service_id: id } };
  return unwrap(api.POST("/api/v1/services/{service_id}/archival", { params, headers, body }));
}

function unarchive({ level, id }: Archivable, version: number, reason = ""): Promise<Archived> {
  const query = reason ? { reason } : {};
  const headers = ifMatch(version);
  if (level === "client") {
    const params = { path: { client_id: id }, query };
    return unwrap(api.DELETE("/api/v1/clients/{client_id}/archival", { params, headers }));
  }
  const params = { path: { service_id: id }, query };
  return unwrap(api.DELETE("/api/v1/services/{service_id}/archival", { params, headers }));
}

type Props = { thing: Archivable; seen: Seen; onClose: () => void };

/** Asks why, archives, and offers to take it back. */
export function ArchiveDialog({ thing, ...asked }: Props) {
  const t = useTranslations("levels");
  return (
    <ReasonDialog
      {...asked}
      thing={thing}
      title={t("archiveTitle", { name: thing.name })}
      about={t(`archiveAbout.${thing.level}`)}
      submitLabel={t("archive")}
      done={t("archived", { name: thing.name })}
      undone={t("unarchived", { name: thing.name })}
      change={(reason, version) => archive(thing, version, reason)}
      takeBack={(version) => unarchive(thing, version)}
    />
  );
}

/** Asks why, brings it back from the archive, and offers to take that back. */
export function UnarchiveDialog({ thing, ...asked }: Props) {
  const t = useTranslations("levels");
  return (
    <ReasonDialog
      {...asked}
      thing={thing}
      title={t("unarchiveTitle", { name: thing.name })}
      about={t("unarchiveAbout")}
      submitLabel={t("bringBack")}
      done={t("unarchived", { name: thing.name })}
      undone={t("archived", { name: thing.name })}
      change={(reason, version) => unarchive(thing, version, reason)}
      takeBack={(version) => archive(thing, version)}
      longest={1_000}
    />
  );
}

type ReasonProps = Props & {
  title: string;
  about: string;
  submitLabel: string;
  /** What is said when it is done. */
  done: string;
  /** What is said when it is taken back. */
  undone: string;
  change: (reason: string, version: number) => Promise<Archived>;
  takeBack: (version: number) => Promise<unknown>;
  /** The reason, in characters; shorter where it stands in an address. */
  longest?: number;
};

function ReasonDialog(props: ReasonProps) {
  const { thing, done, undone, change, takeBack, longest = 10_000, onClose, ...dialog } = props;
  const t = useTranslations("levels");
  const problemText = useProblemText();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [seen] = useState(props.seen);
  const undo = (version: number) => {
    takeBack(version)
      .then(() => showToast({ tone: "success", title: undone }))
      .catch((error: unknown) => showToast({ tone: "danger", title: problemText(error) }))
      .finally(() => levelsChanged(client));
  };
  const changing = useGuardedAction({
    seen,
    lookAgain: useLookAgain(thing.level, thing.id),
    act: change,
    onDone: ({ version }) => {
      onClose();
      showToast({
        tone: "success",
        title: done,
        action: { label: t("undo"), onAction: () => undo(version) },
      });
    },
    onSettled: () => levelsChanged(client),
  });
  return (
    <FormDialog
      {...dialog}
      isBusy={changing.isBusy}
      problem={changing.error && problemText(changing.error)}
      onSubmit={() => changing.run(reason)}
      onClose={onClose}
    >
      <ChangedMeanwhile changed={changing.changed} />
      <ReasonField value={reason} onChange={setReason} longest={longest} />
    </FormDialog>
  );
}
