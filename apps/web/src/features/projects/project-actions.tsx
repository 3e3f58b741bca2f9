"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleDot, Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { factsQuery } from "@/api/levels";
import type { Project } from "@/api/projects";
import { useAccount } from "@/api/session";
import { DeleteDialog } from "@/components/levels/delete-dialog";
import { LevelMenu } from "@/components/levels/level-menu";
import { MoveProjectDialog } from "@/components/levels/move-dialog";
import { EditProjectDialog } from "@/components/levels/project-dialog";
import { useSights } from "@/components/levels/sights";
import { StatusDialog } from "@/components/levels/status-dialog";
import { useProblemText } from "@/components/problem-text";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { forgetProject } from "@/lib/recent-projects";
import { useTranslations } from "@/lib/translations";
import { GatedButton } from "@/ui/gated-button";
import { showToast } from "@/ui/toast-store";
import { MoveFolderDialog } from "./move-folder-dialog";

type Open = "edit" | "status" | "move" | "folder" | "delete" | null;

export function ProjectActions({ project }: { project: Project }) {
  const t = useTranslations("levels");
  const router = useRouter();
  const account = useAccount();
  const allowed = useCanChange();
  const query = useQuery(factsQuery(project.id));
  const facts = query.data;
  const problemText = useProblemText();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const { workspace } = project;
  const sights = useSights();
  const [isComing, setIsComing] = useState(false);
  /** What one has changed oneself a moment ago is read first: it is nobody else's change. */
  const ask = async (next: Open) => {
    if (!facts || query.isFetching) {
      setIsComing(true);
      const { data, error } = await query.refetch({ cancelRefetch: false });
      setIsComing(false);
      if (!data) return showToast({ tone: "danger", title: problemText(error) });
    }
    setOpen(next);
  };
  return (
    <>
      <GatedButton allowed={allowed} isBusy={isComing} onClick={() => ask("status")}>
        <CircleDot aria-hidden />
        {t("status")}
      </GatedButton>
      <GatedButton allowed={allowed} onClick={() => ask("edit")}>
        <Pencil aria-hidden />
        {t("editAction")}
      </GatedButton>
      <LevelMenu
        name={project.name}
        onMove={() => ask("move")}
        onMoveFolder={workspace ? () => setOpen("folder") : undefined}
        onDelete={() => ask("delete")}
      />
      {facts && open === "edit" && <EditProjectDialog facts={facts} onClose={close} />}
      {facts && open === "status" && <StatusDialog facts={facts} onClose={close} />}
      {facts && open === "move" && <MoveProjectDialog facts={facts} onClose={close} />}
      {workspace && open === "folder" && (
        <MoveFolderDialog project={project} path={workspace.path} onClose={close} />
      )}
      {facts && open === "delete" && (
        <DeleteDialog
          kind="project"
          id={project.id}
          name={project.name}
          seen={sights.project(facts)}
          onDeleted={() => {
            forgetProject(account.id, project.id);
            router.push(paths.service(project.service_id));
          }}
          onClose={close}
        />
      )}
    </>
  );
}
