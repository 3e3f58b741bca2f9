import type { ComponentProps } from "react";
import { Button } from "./button";
import { classes } from "./classes";
import { Tooltip } from "./tooltip";

type Props = Omit<ComponentProps<typeof Button>, "aria-label" | "asChild"> & {
  /** What the button does: read out, and shown as a tooltip. */
  label: string;
};

export function IconButton({ label, className, size, ...rest }: Props) {
  const square = size === "sm" ? "w-7 px-0" : size === "lg" ? "w-9 px-0" : "w-8 px-0";
  return (
    <Tooltip text={label}>
      <Button
        variant="quiet"
        {...rest}
        size={size}
        aria-label={label}
        className={classes(square, className)}
      />
    </Tooltip>
  );
}
