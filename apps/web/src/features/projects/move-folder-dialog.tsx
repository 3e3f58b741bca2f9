"use client";

import { useState } from "react";
import { ApiProblem } from "@/api/client";
import type { Project } from "@/api/projects";
import { FolderField } from "@/components/folder-field";
import { FormDialog } from "@/components/form-dialog";
import { useRefusal } from "@/components/levels/use-refusal";
import { useTranslations } from "@/lib/translations";
import { Checkbox } from "@/ui/checkbox";
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
  /** The folder whose other texts are known to be the project's. */
  const [sureOf, setSureOf] = useState<string | null>(null);
  const [isChecked, setIsChecked] = useState(false);
  const move = useFolderMove(project.id);
  const folder = path.trim();
  const isMissing = isChecked && !folder;
  const isSure = folder !== "" && sureOf === folder;
  const isStrange =
    move.error instanceof ApiProblem &&
    move.error.code === "other_texts" &&
    move.variables?.path === folder;
  const submit = () => {
    setIsChecked(true);
    if (!folder) return;
    move.mutate(
      { path: folder, confirm_other_texts: isSure },
      {
        onSuccess: (scan) => {
          onClose();
          showToast({
            tone: "success",
            title: t("folderMoved", { name: project.name }),
            detail: found(scan).detail,
          });
        },
      },
    );
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
      {(isStrange || isSure) && (
        <Checkbox
          label={t("moveFolderSure")}
          checked={isSure}
          onCheckedChange={(isChecked) => setSureOf(isChecked ? folder : null)}
        />
      )}
    </FormDialog>
  );
}
