import { CircleCheck, Hourglass } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import type { ProjectRow as Project } from "@/api/portfolio";
import { StageProgress } from "@/components/stage-progress";
import { When } from "@/components/when";
import { methodName } from "@/lib/method-name";
import { paths } from "@/lib/paths";

type Props = { project: Project };

/** The columns of the list; below `md` a row is two lines. */
export const columns =
  "md:grid-cols-[minmax(0,5fr)_minmax(0,4fr)_9rem_11.5rem_7rem] grid-cols-[minmax(0,1fr)_auto]";

export function ProjectRow({ project }: Props) {
  return (
    <li
      className={`relative grid min-h-11 items-center gap-x-4 gap-y-1.5 border-t border-line px-4 py-2 text-sm hover:bg-sunken/60 ${columns}`}
    >
      <Name project={project} />
      <Stage project={project} />
      <div className="max-md:col-span-2 max-md:row-start-3">
        <Progress project={project} />
      </div>
      <div className="max-md:col-start-2 max-md:row-start-1 max-md:justify-self-end">
        <Waiting project={project} />
      </div>
      <When
        at={project.changed_at}
        className="text-right text-xs whitespace-nowrap text-muted max-md:col-start-2 max-md:row-start-2"
      />
    </li>
  );
}

/** The link's box covers the row, so that the whole row can be clicked. */
function Name({ project }: Props) {
  return (
    <div className="flex min-w-0 items-baseline gap-2">
      <Link
        href={paths.project(project.id)}
        prefetch={false}
        className="truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent-text"
      >
        {project.name}
      </Link>
      {project.method && (
        <span className="shrink-0 text-xs text-faint max-sm:hidden">
          {methodName(project.method, project.generation)}
        </span>
      )}
    </div>
  );
}

function Stage({ project }: Props) {
  const t = useTranslations("portfolio");
  if (project.stages_total === 0) return <span className="text-muted">{t("documentsOnly")}</span>;
  if (project.stage === null) {
    return (
      <span className="flex items-center gap-1.5 text-success">
        <CircleCheck aria-hidden className="size-4" />
        {t("completed")}
      </span>
    );
  }
  return (
    <span className="flex min-w-0 items-baseline gap-2 max-md:col-start-1 max-md:row-start-2">
      <span className="truncate">{project.stage}</span>
      {project.stage_since && (
        <When
          at={project.stage_since}
          className="shrink-0 text-xs whitespace-nowrap text-faint max-lg:hidden"
        />
      )}
    </span>
  );
}

function Progress({ project }: Props) {
  const t = useTranslations("portfolio");
  if (project.stages_total === 0) {
    return (
      <span className="text-xs text-muted">
        {t("documents", { count: project.documents_total })}
      </span>
    );
  }
  return (
    <div className="flex items-center gap-2.5">
      <StageProgress
        closed={project.stages_closed}
        total={project.stages_total}
        isWaiting={project.waiting_gate_id !== null}
        className="flex-1"
      />
      <span aria-hidden className="w-9 text-right text-xs text-muted tabular-nums">
        {project.stages_closed}/{project.stages_total}
      </span>
    </div>
  );
}

function Waiting({ project }: Props) {
  const t = useTranslations("portfolio");
  if (project.waiting_gate_id === null) return null;
  return (
    <Link
      href={paths.gate(project.waiting_gate_id)}
      prefetch={false}
      className="relative z-10 inline-flex h-6 items-center gap-1 rounded-full bg-warning-soft px-2.5 text-xs font-medium whitespace-nowrap text-warning hover:underline"
    >
      <Hourglass aria-hidden className="size-3" />
      {t("waiting")}
      <span className="sr-only">: {project.name}</span>
    </Link>
  );
}
