import { useFormatter } from "use-intl";
import type { Dashboard } from "@/api/dashboard";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import type { Choice, Facet } from "./choice";
import { statuses, toggled } from "./choice";

type Props = {
  facets: Dashboard["facets"];
  choice: Choice;
  onChoose: (choice: Choice) => void;
};

/** How many there are of each status and at each stage; a bar filters by what it counts. */
export function Charts({ facets, choice, onChoose }: Props) {
  const t = useTranslations("portfolio");
  const levels = useTranslations("levels");
  const counted = new Map(facets.statuses.map(({ status, count }) => [status, count]));
  const byStatus = statuses
    .filter((status) => counted.has(status) || choice.status.includes(status))
    .map((status) => ({
      value: status,
      label: levels(`statuses.${status}`),
      count: counted.get(status) ?? 0,
    }));
  const byStage = facets.stages
    .slice(0, 6)
    .map(({ stage, count }) => ({ value: stage, label: stage, count }));
  const toggle = (facet: Facet) => (value: string) => onChoose(toggled(choice, facet, value));
  return (
    <div className="mb-5 grid gap-3 sm:grid-cols-2">
      <Bars
        title={t("byStatus")}
        bars={byStatus}
        chosen={choice.status}
        onToggle={toggle("status")}
      />
      {byStage.length > 0 && (
        <Bars
          title={t("byStage")}
          bars={byStage}
          chosen={choice.stage}
          onToggle={toggle("stage")}
        />
      )}
    </div>
  );
}

type BarsProps = {
  title: string;
  bars: readonly { value: string; label: string; count: number }[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
};

function Bars({ title, bars, chosen, onToggle }: BarsProps) {
  const format = useFormatter();
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <Card className="p-3">
      <h2 className="mb-1.5 px-1.5 text-xs font-medium text-muted">{title}</h2>
      <ul>
        {bars.map(({ value, label, count }) => (
          <li key={value}>
            <button
              type="button"
              aria-pressed={chosen.includes(value)}
              onClick={() => onToggle(value)}
              className={classes(
                "grid h-6 w-full grid-cols-[minmax(0,2fr)_minmax(0,3fr)_3rem] items-center gap-2 rounded px-1.5 text-left text-xs hover:bg-sunken",
                chosen.includes(value) && "bg-accent-soft font-medium text-accent-text",
              )}
            >
              <span className="truncate">{label}</span>{" "}
              <span aria-hidden className="h-1.5 rounded-full bg-sunken">
                <span
                  className="block h-full rounded-full bg-accent/70"
                  style={{ width: `${(count / most) * 100}%` }}
                />
              </span>
              <span className="text-right text-muted tabular-nums">{format.number(count)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
