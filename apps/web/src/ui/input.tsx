import type { ComponentProps } from "react";
import { classes } from "./classes";

export const inputLook = [
  "w-full rounded-md border border-control bg-surface px-2.5 text-base text-text",
  "placeholder:text-faint disabled:cursor-not-allowed disabled:opacity-55",
  "focus-visible:border-accent-text focus-visible:outline-1 focus-visible:outline-offset-0",
  "aria-invalid:border-danger aria-invalid:outline-danger",
].join(" ");

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={classes(inputLook, "h-9", className)} />;
}
