import { ArrowDown, ArrowRight, ArrowUp } from "lucide-react";
import type { Analytics } from "@/api/analytics";
import { changeOf } from "@/lib/figures";
import { useTranslations } from "@/lib/translations";
import { useFormats } from "./formats";

type Props = { figures: Analytics };

/** The few figures that one asks for first, each beside that of the days before. */
export function Headlines({ figures: { now, before } }: Props) {
  const t = useTranslations("analytics");
  const { time, rate, count } = useFormats();
  return (
    <ul
      aria-label={t("headlines")}
      className="mb-5 grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-5"
    >
      <Headline
        name={t("measure.cycle")}
        now={now.cycle.median_hours}
        before={before.cycle.median_hours}
        say={time}
        about={t("ofRuns", { count: now.cycle.count })}
      />
      <Headline
        name={t("measure.stages")}
        now={now.stages.median_hours}
        before={before.stages.median_hours}
        say={time}
        about={t("ofStages", { count: now.stages.count })}
      />
      <Headline
        name={t("measure.gates")}
        now={now.gates.median_hours}
        before={before.gates.median_hours}
        say={time}
        about={t("ofGates", { count: now.gates.count })}
      />
      <Headline
        name={t("measure.rejections")}
        now={now.rejection_rate}
        before={before.rejection_rate}
        say={rate}
        about={t("ofRejections", {
          rejected: now.rejected,
          settled: now.rejected + now.approved,
        })}
      />
      <Headline
        name={t("measure.throughput")}
        now={now.stages.count}
        before={before.stages.count}
        say={(value) => count(value ?? 0)}
        about={t("ofThroughput", { started: now.started, completed: now.completed })}
      />
    </ul>
  );
}

type HeadlineProps = {
  name: string;
  now: number | null;
  before: number | null;
  say: (value: number | null) => string;
  about: string;
};

function Headline({ name, now, before, say, about }: HeadlineProps) {
  const t = useTranslations("analytics");
  const { change } = useFormats();
  const grown = changeOf(now, before);
  const Arrow = !grown ? ArrowRight : grown > 0 ? ArrowUp : ArrowDown;
  return (
    <li className="rounded-lg border border-line bg-surface p-3">
      <h2 className="text-xs font-medium text-muted">{name}</h2>
      <p className="mt-1 text-xl font-semibold tracking-tight tabular-nums">{say(now)}</p>
      <p className="text-xs text-muted">{about}</p>
      <p className="mt-1.5 flex items-center gap-1 text-xs text-muted tabular-nums [&_svg]:size-3.5 [&_svg]:shrink-0">
        {grown === null ? (
          t("nothingBefore")
        ) : (
          <>
            <Arrow aria-hidden />
            {t("comparedTo", { change: change(grown), before: say(before) })}
          </>
        )}
      </p>
    </li>
  );
}
