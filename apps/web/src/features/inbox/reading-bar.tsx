import Link from "next/link";
import type { Inbox } from "@/api/inbox";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import { Progress } from "@/ui/progress";

/** At least one, where there is anything to read. */
export const minutesOf = (words: number, wordsAMinute: number) =>
  words === 0 ? 0 : Math.max(1, Math.round(words / wordsAMinute));

/** What was read this week, what waits to be read, and how much one wants to read in a week. */
export function ReadingBar({ reading }: Pick<Inbox, "reading">) {
  const t = useTranslations("inbox.reading");
  const read = minutesOf(reading.this_week, reading.words_a_minute);
  const waiting = minutesOf(reading.waiting, reading.words_a_minute);
  const budget = reading.budget_minutes;
  return (
    <Card className="mb-4 grid gap-2 px-4 py-3 text-sm">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <span>
          {t("read", { minutes: read })}
          <span className="text-muted"> · {t("waiting", { minutes: waiting })}</span>
        </span>
        {budget === null ? (
          <Link
            href={paths.profile()}
            prefetch={false}
            className="text-accent-text hover:underline"
          >
            {t("setBudget")}
          </Link>
        ) : (
          <span className={read > budget ? "text-warning" : "text-muted"}>
            {read > budget ? t("over", { budget }) : t("budget", { budget })}
          </span>
        )}
      </p>
      {budget !== null && <Progress label={t("label")} done={read} total={budget} />}
    </Card>
  );
}
