import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";

type Props = {
  /** A button; it opens the menu. */
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
};

const itemLook =
  "flex min-h-8 cursor-default items-center gap-2 rounded px-2 text-sm outline-none select-none data-highlighted:bg-sunken data-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted";

export function DropdownMenu({ trigger, children, align = "end" }: Props) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-44 animate-appear rounded-lg border border-line bg-raised p-1 shadow-raised"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

type ItemProps = {
  onSelect?: () => void;
  disabled?: boolean;
  asChild?: boolean;
  /** `true`, or the sentence that says why not: the item keeps the focus and shows it. */
  allowed?: true | string;
  children: ReactNode;
};

export function MenuItem({ onSelect, disabled, asChild, allowed = true, children }: ItemProps) {
  if (allowed !== true) {
    return (
      <Radix.Item
        className={`${itemLook} max-w-72 flex-wrap py-1.5 text-muted`}
        aria-disabled
        aria-description={allowed}
        onSelect={(event) => event.preventDefault()}
      >
        {children}
        <span aria-hidden className="basis-full text-xs">
          {allowed}
        </span>
      </Radix.Item>
    );
  }
  return (
    <Radix.Item className={itemLook} onSelect={onSelect} disabled={disabled} asChild={asChild}>
      {children}
    </Radix.Item>
  );
}

type Choice = { value: string; label: string; icon?: ReactNode; lang?: string };
type ChoicesProps = {
  label: string;
  value: string;
  onValueChange: (value: string) => void;
  choices: readonly Choice[];
};

/** Choices of which exactly one holds. */
export function MenuChoices({ label, value, onValueChange, choices }: ChoicesProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onValueChange}>
      <MenuLabel>{label}</MenuLabel>
      {choices.map((choice) => (
        <Radix.RadioItem key={choice.value} value={choice.value} className={itemLook}>
          {choice.icon}
          <span className="flex-1" lang={choice.lang}>
            {choice.label}
          </span>
          <Radix.ItemIndicator>
            <Check aria-hidden />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 py-1.5 text-xs text-muted">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
