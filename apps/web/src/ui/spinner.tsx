import { LoaderCircle } from "lucide-react";
import { classes } from "./classes";

type Props = { className?: string };

/** Decorative; the thing that waits says so in words or with `aria-busy`. */
export function Spinner({ className }: Props) {
  return <LoaderCircle aria-hidden className={classes("size-4 animate-spin", className)} />;
}
