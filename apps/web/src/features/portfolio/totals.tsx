import type { Dashboard } from "@/api/dashboard";
import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";
import type { Choice } from "./choice";
import { toggled } from "./choice";

type Props = {
  totals: Dashboard["totals"];
  choice: Choice;
  onChoose: (choice: Choice) => void;
};

/** How many there are, and how many of them want something; each leads to those. */
export function Totals({ totals, choice, onChoose }: Props) {
  const t = useTranslations("portfolio");
  const parts = [
    {
      name: "waiting",
      count: totals.waiting,
      isChosen: choice.waiting,
      next: { ...choice, waiting: !choice.waiting },
      look: "text-warning",
    },
    {
      name: "stale",
      count: totals.stale,
      isChosen: choice.stale,
      next: { ...choice, stale: !choice.stale },
      look: "text-warning",
    },
    {
      name: "blocked",
      count: totals.blocked,
      isChosen: choice.status.includes("blocked"),
      next: toggled(choice, "status", "blocked"),
      look: "text-danger",
    },
    {
      name: "quiet",
      count: totals.quiet,
      isChosen: choice.quiet,
      next: { ...choice, quiet: !choice.quiet },
      look: "text-muted",
    },
  ] as const;
  return (
    <div className="flex flex-wrap items-center gap-x-1.5 gap-y-1">
      <span role="status" className="mr-1">
        {t("count", { count: totals.projects })}
      </span>
      {parts
        .filter(({ count, isChosen }) => count > 0 || isChosen)
        .map(({ name, count, isChosen, next, look }) => (
          <button
            key={name}
            type="button"
            aria-pressed={isChosen}
            onClick={() => onChoose(next)}
            className={classes(
              "rounded-full border px-2 text-xs leading-5.5 hover:bg-sunken",
              isChosen ? "border-accent-line bg-accent-soft" : "border-line",
              look,
            )}
          >
            {t(`totals.${name}`, { count })}
          </button>
        ))}
    </div>
  );
}
