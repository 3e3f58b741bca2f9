import type { Analytics } from "@/api/analytics";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import { useFormats } from "./formats";

/** What is not at its end yet, and what no time counts: said, so that nobody takes it for counted. */
export function OpenNow({ figures: { open, now } }: { figures: Analytics }) {
  const t = useTranslations("analytics");
  const { time } = useFormats();
  const rows = [
    ["openStages", open.stages],
    ["openGates", open.gates],
    ["beforeReady", open.before_ready],
  ] as const;
  const apart = [
    ["skipped", now.skipped],
    ["withdrawn", now.withdrawn],
    ["unclear", now.unclear],
    ["readinessUnknown", open.readiness_unknown],
  ] as const;
  const said = apart.filter(([, count]) => count > 0);
  return (
    <Card className="p-4">
      <h2 className="font-semibold">{t("openNow.title")}</h2>
      <p className="max-w-prose text-sm text-muted">{t("openNow.about")}</p>
      <ul className="mt-2 grid gap-1 text-sm">
        {rows.map(([name, ages]) => (
          <li key={name}>
            {t(`openNow.${name}`, {
              count: ages.count,
              median: time(ages.median_hours),
              longest: time(ages.longest_hours),
            })}
          </li>
        ))}
      </ul>
      {said.length > 0 && (
        <ul className="mt-2 grid gap-1 text-sm text-muted">
          {said.map(([name, count]) => (
            <li key={name}>{t(`openNow.${name}`, { count })}</li>
          ))}
        </ul>
      )}
    </Card>
  );
}
