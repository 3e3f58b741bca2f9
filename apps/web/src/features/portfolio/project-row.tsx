import { Ban, CircleCheck, Hourglass, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useNow, useTimeZone } from "use-intl";
import type { ListedProject } from "@/api/dashboard";
import { StatusBadge } from "@/components/levels/status-badge";
import { SideBySide } from "@/components/side-by-side";
import { StageProgress } from "@/components/stage-progress";
import { useProjectPrefetch } from "@/components/use-project-prefetch";
import { When } from "@/components/when";
import { absoluteTime, relativeTime } from "@/lib/dates";
import { useLanguage } from "@/lib/language";
import { methodName } from "@/lib/method-name";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { classes } from "@/ui/classes";
import { SelectBox } from "./select-box";
import type { Selection } from "./use-selection";

type Props = {
  project: ListedProject;
  selection: Selection | null;
  /** Its client is said above it. */
  isBelowClient: boolean;
};

/** The columns of the list; below `md` a row is three lines. */
export const columns =
  "grid-cols-[auto_minmax(0,1fr)_auto] md:grid-cols-[auto_minmax(0,5fr)_minmax(0,4fr)_6rem_11rem_6rem] lg:grid-cols-[auto_minmax(0,5fr)_minmax(0,4fr)_7rem_12rem_6rem]";

/** What did not move for so long stands out. */
const LONG_DAYS = 14;

export function ProjectRow({ project, selection, isBelowClient }: Props) {
  const t = useTranslations("portfolio");
  const isSelected = selection?.ids.has(project.id) ?? false;
  return (
    <li
      data-project={project.id}
      className={classes(
        "relative grid min-h-12 items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2 text-sm first:border-t-0",
        isSelected ? "bg-accent-soft" : "hover:bg-sunken/60",
        columns,
      )}
    >
      {selection ? (
        <SelectBox
          label={t("select", { project: project.name })}
          isChecked={isSelected}
          onToggle={(isRange) => selection.toggle(project.id, isRange)}
        />
      ) : (
        <span />
      )}
      <Name project={project} isBelowClient={isBelowClient} />
      <Stage project={project} />
      <div className="max-md:hidden">
        <Progress project={project} />
      </div>
      <div className="min-w-0 max-md:col-start-2 max-md:col-end-4 max-md:row-start-3">
        <Owes project={project} />
        {project.waiting_due_at && <Due at={project.waiting_due_at} />}
      </div>
      <When
        at={project.changed_at}
        className="text-right text-xs whitespace-nowrap text-muted max-md:col-start-3 max-md:row-start-1"
      />
    </li>
  );
}

/** The link's box covers the row, so that the whole row can be clicked. */
function Name({ project, isBelowClient }: Omit<Props, "selection">) {
  const t = useTranslations("portfolio");
  const prefetchProject = useProjectPrefetch();
  const prefetch = () => prefetchProject(project.id);
  const place = [isBelowClient ? null : project.client.name, project.service.name];
  const method = project.method && methodName(project.method, project.generation);
  return (
    <div className="grid min-w-0">
      <div className="flex min-w-0 items-center gap-2">
        <Link
          href={paths.project(project.id)}
          prefetch={false}
          onMouseEnter={prefetch}
          onFocus={prefetch}
          className="truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent-text"
        >
          {project.name}
        </Link>
        {project.status !== "active" && <StatusBadge status={project.status} />}
        {project.stale_total > 0 && (
          <Badge tone="warning">
            <TriangleAlert aria-hidden />
            {t("stale", { count: project.stale_total })}
          </Badge>
        )}
        {project.contradictions > 0 && (
          <Badge tone="warning">{t("contradictions", { count: project.contradictions })}</Badge>
        )}
      </div>
      <span className="truncate text-xs text-faint">
        <SideBySide names={[...place, project.key, method]} />
      </span>
      {project.status === "blocked" && project.status_reason && (
        <span className="flex min-w-0 items-center gap-1 text-xs text-danger">
          <Ban aria-hidden className="size-3 shrink-0" />
          <span className="truncate" title={project.status_reason}>
            {project.status_reason}
          </span>
        </span>
      )}
    </div>
  );
}

function Stage({ project }: { project: ListedProject }) {
  const t = useTranslations("portfolio");
  const place = "min-w-0 max-md:col-start-2 max-md:col-end-4 max-md:row-start-2";
  if (project.stages_total === 0) {
    return (
      <span className={classes("text-muted", place)}>
        {t("documents", { count: project.documents_total })}
      </span>
    );
  }
  if (project.stage === null) {
    return (
      <span className={classes("flex items-center gap-1.5 text-success", place)}>
        <CircleCheck aria-hidden className="size-4" />
        {t("completed")}
      </span>
    );
  }
  return (
    <span className={classes("flex items-baseline gap-2 md:grid md:gap-0", place)}>
      <span className="truncate">{project.stage}</span>
      {project.stage_since && <Days since={project.stage_since} />}
    </span>
  );
}

/** How long a project is at its stage. */
function Days({ since }: { since: string }) {
  const t = useTranslations("portfolio");
  const now = useNow({ updateInterval: 60_000 });
  const days = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 86_400_000));
  return (
    <span
      className={classes(
        "shrink-0 text-xs whitespace-nowrap",
        days >= LONG_DAYS ? "text-warning" : "text-faint",
      )}
    >
      {t("daysHere", { days })}
    </span>
  );
}

function Progress({ project }: { project: ListedProject }) {
  if (project.stages_total === 0) return null;
  return (
    <div className="flex items-center gap-2">
      <StageProgress
        closed={project.stages_closed}
        total={project.stages_total}
        isWaiting={project.waiting_gate_id !== null}
        className="flex-1"
      />
      <span aria-hidden className="w-8 text-right text-xs text-muted tabular-nums">
        {project.stages_closed}/{project.stages_total}
      </span>
    </div>
  );
}

/** Who owes the next decision; otherwise whose project it is. */
function Owes({ project }: { project: ListedProject }) {
  const t = useTranslations("portfolio");
  if (project.waiting_gate_id === null) {
    return (
      <span className="block truncate text-xs text-muted">
        {project.owner?.name ?? t("noOwner")}
      </span>
    );
  }
  const names = (project.waiting_for ?? []).map(({ name }) => name);
  const [first, ...others] = names;
  return (
    <Link
      href={paths.gate(project.waiting_gate_id)}
      prefetch={false}
      className="relative z-10 inline-flex h-6 max-w-full items-center gap-1 rounded-full bg-warning-soft px-2.5 text-xs font-medium text-warning hover:underline"
    >
      <Hourglass aria-hidden className="size-3 shrink-0" />
      {first ? (
        <span className="flex min-w-0 gap-1" title={names.join(", ")}>
          {t.rich(others.length > 0 ? "owesMany" : "owes", {
            name: first,
            others: others.length,
            who: (name) => <span className="truncate">{name}</span>,
            // Never cut: without it nobody knows what the name is for.
            verb: (verb) => <span className="shrink-0">{verb}</span>,
          })}
        </span>
      ) : (
        <span className="truncate">{t("owesNobody")}</span>
      )}
      <span className="sr-only">: {project.name}</span>
    </Link>
  );
}

/** By when somebody has to decide. */
function Due({ at }: { at: string }) {
  const t = useTranslations("portfolio");
  const language = useLanguage();
  const now = useNow({ updateInterval: 60_000 });
  const isLate = Date.parse(at) < now.getTime();
  const when = relativeTime(at, now, language);
  return (
    <span
      title={absoluteTime(at, language, useTimeZone())}
      className={classes("block truncate px-2.5 text-2xs", isLate ? "text-danger" : "text-muted")}
    >
      {isLate ? t("late", { when }) : t("due", { when })}
    </span>
  );
}
