import { useFormatter } from "use-intl";
import { TrendChart } from "@/components/charts/trend-chart";
import { useLanguage } from "@/lib/language";
import { fileSize } from "@/lib/sizes";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import type { Backup } from "./queries";
import { useSeconds } from "./use-seconds";

/** How large backups were and how long they took: what grows, or suddenly shrinks, shows here. */
export function HistoryCard({ backups }: { backups: readonly Backup[] }) {
  const t = useTranslations("backups.history");
  const language = useLanguage();
  const format = useFormatter();
  const seconds = useSeconds();
  const measured = backups.filter(({ is_good }) => is_good).toReversed();
  if (measured.length < 3) return null;
  const size = (bytes: number) => fileSize(bytes, language);
  const points = measured.map((backup) => ({
    key: backup.name,
    short: format.dateTime(new Date(backup.created_at), { day: "numeric", month: "short" }),
    days: format.dateTime(new Date(backup.created_at), { dateStyle: "medium", timeStyle: "short" }),
    text: `${size(backup.size)} · ${seconds(backup.seconds)}`,
  }));
  return (
    <Card className="grid gap-x-6 gap-y-4 p-4 lg:grid-cols-2">
      <section aria-labelledby="backup-sizes" className="min-w-0">
        <h2 id="backup-sizes" className="mb-2 font-semibold">
          {t("sizes")}
        </h2>
        <TrendChart
          label={t("sizes")}
          shape="bars"
          points={points.map((point, index) => ({
            ...point,
            value: measured[index]?.size ?? null,
          }))}
          say={size}
        />
      </section>
      <section aria-labelledby="backup-times" className="min-w-0">
        <h2 id="backup-times" className="mb-2 font-semibold">
          {t("times")}
        </h2>
        <TrendChart
          label={t("times")}
          shape="line"
          points={points.map((point, index) => ({
            ...point,
            value: measured[index]?.seconds ?? null,
          }))}
          say={seconds}
        />
      </section>
    </Card>
  );
}
