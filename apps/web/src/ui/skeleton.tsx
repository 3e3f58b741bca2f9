import { classes } from "./classes";

type Props = { className?: string };

/** A place that will be filled; give it the size of what comes. */
export function Skeleton({ className }: Props) {
  return <div aria-hidden className={classes("animate-pulse rounded bg-sunken", className)} />;
}
