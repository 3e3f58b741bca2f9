import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useState } from "react";

type Props = {
  /** Without a text nothing is shown; the child stays the same element, with its focus. */
  text: string | null | undefined;
  /** One element that can take focus. A disabled button cannot: wrap it, or use `aria-disabled`. */
  children: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
};

export const TooltipProvider = Radix.Provider;

export function Tooltip({ text, children, side = "bottom" }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Radix.Root open={isOpen && Boolean(text)} onOpenChange={setIsOpen}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 animate-appear rounded-md border border-line bg-raised px-2 py-1 text-xs text-text shadow-raised"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
