import { Progress as Radix } from "radix-ui";
import { classes } from "./classes";

type Props = {
  label: string;
  /** Null while nobody knows how much there is. */
  done: number | null;
  total: number;
  className?: string;
};

export function Progress({ label, done, total, className }: Props) {
  const share = done === null || total === 0 ? 0 : Math.min(1, done / total);
  return (
    <Radix.Root
      aria-label={label}
      value={done === null ? null : Math.min(done, total)}
      max={Math.max(1, total)}
      className={classes("h-1.5 overflow-hidden rounded-full bg-sunken", className)}
    >
      <Radix.Indicator
        className={classes(
          "h-full rounded-full bg-accent transition-[width]",
          done === null && "animate-slide",
        )}
        style={{ width: done === null ? "34%" : `${share * 100}%` }}
      />
    </Radix.Root>
  );
}
