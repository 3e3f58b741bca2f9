import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";

type Props = {
  closed: number;
  total: number;
  /** Somebody has to decide on the current stage. */
  isWaiting?: boolean;
  className?: string;
};

/** One segment for each stage: closed ones, the current one, and those to come. */
export function StageProgress({ closed, total, isWaiting = false, className }: Props) {
  const t = useTranslations("shell");
  const tone = (index: number) => {
    if (index < closed) return "bg-accent";
    if (index > closed) return "bg-line";
    return isWaiting ? "bg-warning" : "bg-accent/45";
  };
  return (
    <div
      role="img"
      aria-label={t("stageProgress", { closed, total })}
      className={classes("flex h-1.5 gap-0.5", className)}
    >
      {Array.from({ length: total }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a segment is nothing but its position
        <span key={index} className={classes("flex-1 rounded-xs", tone(index))} />
      ))}
    </div>
  );
}
