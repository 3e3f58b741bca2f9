"use client";

import { useState } from "react";
import type { Project } from "@/api/projects";
import { FolderField } from "@/components/folder-field";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";
import { useFolderMove } from "./moves";
import { useFound } from "./use-found";

type Props = { project: Project; path: string; onClose: () => void };

/** Says where the files of a project are now, after they were moved on the server. */
export function MoveFolderDialog({ project, path: left, onClose }: Props) {
  const t = useTranslations("projects");
  const imports = useTranslations("imports");
  const found = useFound();
  const [path, setPath] = useState(left);
  const [isChecked, setIsChecked] = useState(false);
  const move = useFolderMove(project.id);
  const isMissing = isChecked && !path.trim();
  const submit = () => {
    setIsChecked(true);
    if (!path.trim()) return;
    move.mutate(path.trim(), {
      onSuccess: (scan) => {
        onClose();
        showToast({
          tone: "success",
          title: t("folderMoved", { name: project.name }),
          detail: found(scan).detail,
        });
      },
    });
  };
  const refusal = useRefusal(move.isPending ? null : move.error, ["path"]);
  return (
    <FormDialog
      title={t("moveFolderTitle", { name: project.name })}
      about={t("moveFolderAbout")}
      submitLabel={t("moveFolder")}
      isBusy={move.isPending}
      isHeld={move.isPending}
      problem={refusal.overall}
      onSubmit={submit}
      onClose={onClose}
    >
      <FolderField
        value={path}
        hint={t("moveFolderHint")}
        error={isMissing ? imports("pathMissing") : refusal.of("path")}
        onChange={setPath}
      />
    </FormDialog>
  );
}
