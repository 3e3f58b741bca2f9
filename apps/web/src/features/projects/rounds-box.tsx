"use client";

import { Repeat } from "lucide-react";
import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Progress } from "@/ui/progress";

type Rounds = Schemas["RoundsOut"];
type Status = Schemas["Status"];
type Props = { rounds: Rounds };

const SHOWN = 5;

/** For which epics or stories a stage is repeated, and where each stands by the files. */
export function RoundsBox({ rounds }: Props) {
  const t = useTranslations("projects");
  const { done, total, kind } = rounds;
  const said = t(kind === "epic" ? "epicsDone" : "storiesDone", { done, total });
  return (
    <section className="grid gap-2.5 rounded-lg border border-line p-3">
      <h3 className="flex items-center gap-2 text-sm font-medium">
        <Repeat aria-hidden className="size-4 text-muted" />
        {total === 0 ? t("noRounds") : said}
      </h3>
      {total > 0 && <Progress label={said} done={done} total={total} />}
      <Items items={rounds.items.slice(0, SHOWN)} />
      {rounds.items.length > SHOWN && (
        <details className="text-sm">
          <summary className="text-muted">{t("moreRounds", { count: total - SHOWN })}</summary>
          <div className="mt-2 max-h-64 overflow-y-auto">
            <Items items={rounds.items.slice(SHOWN)} />
          </div>
        </details>
      )}
      <p className="text-xs text-muted">{rounds.ends_here ? t("roundsEnd") : t("roundsGoOn")}</p>
    </section>
  );
}

function Items({ items }: { items: Rounds["items"] }) {
  const statusName = useTranslations("work.statuses");
  if (items.length === 0) return null;
  return (
    <ul className="grid gap-1 text-sm">
      {items.map(({ id, key, title, status }) => (
        <li key={id} className="flex min-w-0 items-center gap-2">
          <span className="min-w-0 flex-1 truncate" title={key}>
            {title || key}
          </span>
          <Badge tone={status === "done" ? "success" : "neutral"}>
            {statusName(status as Status)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}
