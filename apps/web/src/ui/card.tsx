import type { ComponentProps } from "react";
import { classes } from "./classes";

export function Card({ className, ...rest }: ComponentProps<"div">) {
  return (
    <div {...rest} className={classes("rounded-lg border border-line bg-surface", className)} />
  );
}
