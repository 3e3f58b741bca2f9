import type { ComponentProps } from "react";
import { classes } from "./classes";
import { inputLook } from "./input";

/** Grows with its text, where the browser can. */
export function Textarea({ className, rows = 4, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      {...rest}
      rows={rows}
      className={classes(inputLook, "field-sizing-content max-h-96 min-h-20 py-2", className)}
    />
  );
}
