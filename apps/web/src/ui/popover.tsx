import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "./classes";

type Props = {
  /** A button; it opens the box below it. */
  trigger: ReactNode;
  /** Names the box. */
  label: string;
  children: ReactNode;
  align?: "start" | "end";
  className?: string;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
};

/** A small box of controls at a button. Escape and a click elsewhere close it. */
export function Popover({ trigger, label, children, align = "start", ...rest }: Props) {
  return (
    <Radix.Root open={rest.isOpen} onOpenChange={rest.onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={classes(
            "z-50 max-h-(--radix-popover-content-available-height) w-72 max-w-[calc(100vw-1rem)] animate-appear overflow-y-auto rounded-lg border border-line bg-raised p-2 shadow-raised",
            rest.className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
