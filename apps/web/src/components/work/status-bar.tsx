import type { WorkStatus } from "@/api/work";
import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";

const colours: Record<WorkStatus, string> = {
  done: "bg-success",
  review: "bg-warning",
  in_progress: "bg-accent",
  ready: "bg-accent/45",
  blocked: "bg-danger",
  backlog: "bg-line",
  optional: "bg-line",
  unknown: "bg-faint/50",
};

export const statuses = Object.keys(colours) as WorkStatus[];

type Props = {
  counts: readonly { status: WorkStatus; count: number }[];
  className?: string;
};

/** How many stand where, as one bar; read out as a sentence. */
export function StatusBar({ counts, className }: Props) {
  const t = useTranslations("work");
  const of = (status: WorkStatus) => counts.find((each) => each.status === status)?.count ?? 0;
  const shown = statuses.filter((status) => of(status) > 0);
  const words = shown.map((status) => `${of(status)} ${t(`statuses.${status}`)}`);
  return (
    <div
      role="img"
      aria-label={words.join(", ")}
      className={classes("flex h-1.5 gap-0.5 overflow-hidden rounded-full", className)}
    >
      {shown.map((status) => (
        <span
          key={status}
          className={classes("min-w-1", colours[status])}
          style={{ flexGrow: of(status) }}
        />
      ))}
    </div>
  );
}

/** The same in words, each with its colour. */
export function StatusLegend({ counts }: Pick<Props, "counts">) {
  const t = useTranslations("work");
  const shown = statuses.flatMap((status) => counts.filter((each) => each.status === status));
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {shown.map(({ status, count }) => (
        <li key={status} className="flex items-center gap-1.5">
          <span aria-hidden className={classes("size-2 rounded-full", colours[status])} />
          {t(`statuses.${status}`)}
          <span className="font-medium text-text tabular-nums">{count}</span>
        </li>
      ))}
    </ul>
  );
}
