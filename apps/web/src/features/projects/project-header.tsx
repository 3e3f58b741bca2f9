"use client";

import { FolderOpen, Link2, RefreshCw } from "lucide-react";
import type { Project } from "@/api/projects";
import { useAccount } from "@/api/session";
import { CopyButton } from "@/components/copy-button";
import { StatusBadge } from "@/components/levels/status-badge";
import { PageHeader } from "@/components/page";
import { useProblemText } from "@/components/problem-text";
import { useAllowed } from "@/components/reasons";
import { StageProgress } from "@/components/stage-progress";
import { When } from "@/components/when";
import { methodName } from "@/lib/method-name";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { GatedButton } from "@/ui/gated-button";
import { showToast } from "@/ui/toast-store";
import { canScan } from "./can";
import { useScan } from "./moves";
import { ProjectActions } from "./project-actions";
import { useFound } from "./use-found";

type Props = { project: Project };

export function ProjectHeader({ project }: Props) {
  return (
    <PageHeader
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {project.name}
          <StatusBadge status={project.status} />
          {project.workspace && <MethodBadge workspace={project.workspace} />}
        </span>
      }
      about={
        <div className="grid gap-2">
          <Key projectKey={project.key} />
          {project.status_reason && (
            <p className="whitespace-pre-wrap wrap-anywhere">{project.status_reason}</p>
          )}
          {project.workspace && <Workspace workspace={project.workspace} />}
          {project.stages.length > 0 && <Closed project={project} />}
        </div>
      }
      actions={
        <>
          <ProjectActions project={project} />
          {project.workspace && <ScanButton project={project} />}
        </>
      }
    />
  );
}

/** What the project is called in addresses and by agents. */
function Key({ projectKey }: { projectKey: string }) {
  const t = useTranslations("projects");
  const link = new URL(paths.projectOfKey(projectKey), window.location.href).href;
  return (
    <p className="flex items-center gap-1.5">
      <code className="font-mono text-xs">{projectKey}</code>
      <CopyButton text={link} label={t("copyLink")} icon={Link2} />
    </p>
  );
}

type WorkspaceProps = { workspace: NonNullable<Project["workspace"]> };

function MethodBadge({ workspace }: WorkspaceProps) {
  const t = useTranslations("projects");
  const { method, generation, method_version } = workspace;
  if (!method) return <Badge>{t("noMethod")}</Badge>;
  return <Badge tone="accent">{methodName(method, method_version ?? generation)}</Badge>;
}

function Workspace({ workspace }: WorkspaceProps) {
  const t = useTranslations("projects");
  const { path, scanned_at } = workspace;
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
      <span className="flex min-w-0 max-w-full items-center gap-1.5">
        <FolderOpen aria-hidden className="size-4 shrink-0 text-faint" />
        <code className="min-w-0 truncate font-mono text-xs" title={path}>
          {path}
        </code>
        <CopyButton text={path} label={t("copyWorkspace")} />
      </span>
      <span className="text-xs">
        {t("scanned")} <When at={scanned_at} />
      </span>
    </p>
  );
}

function Closed({ project }: Props) {
  const t = useTranslations("projects");
  const total = project.stages.length;
  const closed = project.stages.filter(({ state }) => state === "done" || state === "skipped");
  return (
    <div className="flex max-w-md items-center gap-3">
      <StageProgress
        closed={closed.length}
        total={total}
        isWaiting={project.stages.some(({ state }) => state === "submitted")}
        className="flex-1"
      />
      <span className="text-xs tabular-nums">{t("closed", { closed: closed.length, total })}</span>
    </div>
  );
}

function ScanButton({ project }: Props) {
  const t = useTranslations("projects");
  const problemText = useProblemText();
  const found = useFound();
  const allowed = useAllowed()(canScan(useAccount().role));
  const scan = useScan(project.id);
  const start = () =>
    scan.mutate(undefined, {
      onSuccess: (result) => {
        const { isSame, detail } = found(result);
        showToast({ tone: "success", title: isSame ? t("scanSame") : t("scanDone"), detail });
      },
      onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
    });
  return (
    <GatedButton allowed={allowed} isBusy={scan.isPending} onClick={start}>
      {!scan.isPending && <RefreshCw aria-hidden />}
      {t("scan")}
    </GatedButton>
  );
}
