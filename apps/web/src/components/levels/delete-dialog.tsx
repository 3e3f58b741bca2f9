"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Deletable, Deletion } from "@/api/levels";
import { deletionQuery, levelsChanged, remove, restore } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { showToast } from "@/ui/toast-store";
import { ChangedMeanwhile } from "../edit-conflict/changed-meanwhile";
import type { Seen } from "../edit-conflict/use-guarded-action";
import { nothingSeen, useGuardedAction } from "../edit-conflict/use-guarded-action";
import { FormDialog } from "../form-dialog";
import { useProblemText } from "../problem-text";
import { ReasonField } from "./reason-field";
import { useLookAgain } from "./sights";
import { useRefusal } from "./use-refusal";

type Props = {
  kind: Deletable;
  /** Out of the bin. */
  isForGood?: boolean;
  id: string;
  name: string;
  /** What was read: what others changed meanwhile is not deleted unseen. In the bin nobody edits. */
  seen?: Seen;
  onDeleted?: () => void;
  onClose: () => void;
};

/** Shows what goes with it and asks for the name to be typed. */
export function DeleteDialog(props: Props) {
  const { kind, isForGood = false, id, name, onDeleted, onClose } = props;
  const from = isForGood ? "bin" : kind;
  const t = useTranslations("levels");
  const queries = useQueryClient();
  const undo = useRestoring(id);
  const { data: goes, error: uncounted } = useQuery(deletionQuery(from, id));
  const problemText = useProblemText();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const isOther = typed.trim().normalize() !== name.trim().normalize();
  const [seen] = useState(props.seen ?? nothingSeen);
  const deletion = useGuardedAction({
    seen,
    lookAgain: useLookAgain(kind, id),
    act: (said: { name: string; reason?: string }, version) => remove(from, id, said, version),
    onDone: () => {
      onClose();
      showToast({
        tone: "success",
        title: t(isForGood ? "purged" : "deleted", { name }),
        ...(!isForGood && {
          detail: t("deletedAbout"),
          action: { label: t("undo"), onAction: undo },
        }),
      });
      onDeleted?.();
    },
    onSettled: () => levelsChanged(queries),
  });
  const refusal = useRefusal(deletion.error, ["name"]);
  const submit = () => {
    setIsChecked(true);
    if (!isOther) deletion.run({ name: typed.trim(), ...(reason && { reason }) });
  };
  return (
    <FormDialog
      title={t(isForGood ? "purgeTitle" : "deleteTitle", { name })}
      about={t(isForGood ? "purgeAbout" : "deleteAbout", { kind })}
      submitLabel={t(isForGood ? "purge" : "delete")}
      isBusy={deletion.isBusy}
      isDangerous
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      <ChangedMeanwhile changed={deletion.changed} />
      <Callout tone="warning" title={t("goesWithIt")}>
        {goes ? (
          <Counts kind={kind} goes={goes} />
        ) : (
          <p>{uncounted ? problemText(uncounted) : t("counting")}</p>
        )}
      </Callout>
      <Field
        label={t("typeName", { name })}
        isRequired
        error={isChecked && isOther ? t("nameDiffers") : refusal.of("name")}
      >
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      {!isForGood && <ReasonField value={reason} onChange={setReason} longest={1_000} />}
    </FormDialog>
  );
}

const counted = [
  "services",
  "projects",
  "documents",
  "versions",
  "submissions",
  "decisions",
  "contacts",
  "applications",
  "links",
] as const satisfies readonly (keyof Deletion)[];

function Counts({ kind, goes }: { kind: Deletable; goes: Deletion }) {
  const t = useTranslations("levels");
  const there = counted.filter((noun) => goes[noun] > 0);
  if (there.length === 0) return <p>{t("nothingElse", { kind })}</p>;
  return (
    <ul className="list-disc pl-4">
      {there.map((noun) => (
        <li key={noun}>{t(`counts.${noun}`, { count: goes[noun] })}</li>
      ))}
    </ul>
  );
}

function useRestoring(id: string) {
  const problemText = useProblemText();
  const queries = useQueryClient();
  return () => {
    restore(id)
      .catch((error: unknown) => showToast({ tone: "danger", title: problemText(error) }))
      .finally(() => levelsChanged(queries));
  };
}
