"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { api, unwrap } from "@/api/client";
import type { Deletion, Level } from "@/api/levels";
import { deletionQuery, levelsChanged } from "@/api/levels";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { showToast } from "@/ui/toast-store";
import { FormDialog } from "./form-dialog";
import { useRefusal } from "./use-refusal";

type Props = {
  /** `bin`: for good, out of the bin. */
  from: Level | "bin";
  id: string;
  name: string;
  onDeleted?: () => void;
  onClose: () => void;
};

/** Shows what goes with it and asks for the name to be typed. */
export function DeleteDialog({ from, id, name, onDeleted, onClose }: Props) {
  const t = useTranslations("levels");
  const queries = useQueryClient();
  const { data: goes } = useQuery(deletionQuery(from, id));
  const [typed, setTyped] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const isForGood = from === "bin";
  const isOther = typed.trim() !== name.trim();
  const deletion = useMutation({
    mutationFn: () => remove(from, id, typed.trim()),
    onSuccess: () => {
      onClose();
      showToast({
        tone: "success",
        title: t(isForGood ? "purged" : "deleted", { name }),
        ...(!isForGood && { detail: t("deletedAbout") }),
      });
      onDeleted?.();
    },
    onSettled: () => levelsChanged(queries),
  });
  const refusal = useRefusal(deletion.error, ["name"]);
  const submit = () => {
    setIsChecked(true);
    if (!isOther) deletion.mutate();
  };
  return (
    <FormDialog
      title={t(isForGood ? "purgeTitle" : "deleteTitle", { name })}
      about={t(isForGood ? "purgeAbout" : "deleteAbout")}
      submitLabel={t(isForGood ? "purge" : "delete")}
      isBusy={deletion.isPending}
      isDangerous
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      <Callout tone="warning" title={t("goesWithIt")}>
        {goes ? <Counts goes={goes} /> : <p>{t("counting")}</p>}
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
] as const satisfies readonly (keyof Deletion)[];

function Counts({ goes }: { goes: Deletion }) {
  const t = useTranslations("levels");
  const there = counted.filter((noun) => goes[noun] > 0);
  if (there.length === 0) return <p>{t("nothingElse")}</p>;
  return (
    <ul className="list-disc pl-4">
      {there.map((noun) => (
        <li key={noun}>{t(`counts.${noun}`, { count: goes[noun] })}</li>
      ))}
    </ul>
  );
}

function remove(from: Level | "bin", id: string, name: string): Promise<unknown> {
  const query = { name };
  if (from === "bin") {
    const params = { path: { binned_id: id }, query };
    return unwrap(api.DELETE("/api/v1/bin/{binned_id}", { params }));
  }
  if (from === "client") {
    const params = { path: { client_id: id }, query };
    return unwrap(api.DELETE("/api/v1/clients/{client_id}", { params }));
  }
  if (from === "service") {
    const params = { path: { service_id: id }, query };
    return unwrap(api.DELETE("/api/v1/services/{service_id}", { params }));
  }
  const params = { path: { project_id: id }, query };
  return unwrap(api.DELETE("/api/v1/projects/{project_id}", { params }));
}
