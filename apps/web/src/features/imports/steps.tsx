import { Check } from "lucide-react";
import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";

export const steps = ["folder", "found", "choose", "progress"] as const;
export type Step = (typeof steps)[number];

type Props = { current: Step };

/** Where the wizard stands. */
export function Steps({ current }: Props) {
  const t = useTranslations("imports");
  const position = steps.indexOf(current);
  return (
    <ol className="mb-6 flex flex-wrap items-center gap-x-5 gap-y-2 text-sm">
      {steps.map((step, index) => (
        <li
          key={step}
          aria-current={step === current ? "step" : undefined}
          className={classes(
            "flex items-center gap-2",
            step === current ? "font-medium" : "text-muted max-sm:[&>span:last-child]:sr-only",
          )}
        >
          <span
            aria-hidden
            className={classes(
              "grid size-5 place-items-center rounded-full text-2xs font-semibold",
              index < position && "bg-accent-soft text-accent-text",
              index === position && "bg-accent text-on-accent",
              index > position && "bg-sunken text-muted",
            )}
          >
            {index < position ? <Check className="size-3" strokeWidth={3} /> : index + 1}
          </span>
          <span>{t(`steps.${step}`)}</span>
        </li>
      ))}
    </ol>
  );
}
