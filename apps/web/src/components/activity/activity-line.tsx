import { useFormatter } from "use-intl";
import type { Activity } from "@/api/activity";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";
import type { Tone } from "./icons";
import { iconOf } from "./icons";
import { Sentence } from "./sentence";

const tones: Record<Tone, string> = {
  neutral: "bg-sunken text-muted",
  success: "bg-success-soft text-success",
  danger: "bg-danger-soft text-danger",
  accent: "bg-accent-soft text-accent-text",
};

type Props = {
  activity: Activity;
  /** Others did it since one last looked. */
  isNew?: boolean;
  /** The time of the day, below a heading with the day; otherwise how long ago it was. */
  hasDay?: boolean;
};

/** One line of the feed: who did what, where, why, when. */
export function ActivityLine({ activity, isNew = false, hasDay = false }: Props) {
  const t = useTranslations("activity");
  const { icon: Icon, tone } = iconOf(activity);
  return (
    <li className={classes("flex items-start gap-3 px-4 py-2.5", isNew && "bg-accent-soft/40")}>
      <span
        aria-hidden
        className={classes("grid size-7 shrink-0 place-items-center rounded-full", tones[tone])}
      >
        <Icon className="size-4" />
      </span>
      <div className="grid min-w-0 flex-1 gap-0.5 pt-1 text-sm">
        <p className="wrap-anywhere">
          {isNew && <span className="sr-only">{t("isNew")} </span>}
          <Sentence activity={activity} />
        </p>
        {activity.reason && (
          <p className="line-clamp-2 text-muted wrap-anywhere">{activity.reason}</p>
        )}
      </div>
      <span className="flex shrink-0 items-center gap-2 pt-1 text-xs text-muted tabular-nums">
        {isNew && <span aria-hidden className="size-2 rounded-full bg-accent" />}
        {hasDay ? <TimeOfDay at={activity.at} /> : <When at={activity.at} />}
      </span>
    </li>
  );
}

function TimeOfDay({ at }: { at: string }) {
  const format = useFormatter();
  const moment = new Date(at);
  return (
    <time dateTime={at} title={format.dateTime(moment, { dateStyle: "full", timeStyle: "medium" })}>
      {format.dateTime(moment, { timeStyle: "short" })}
    </time>
  );
}
