import { RadioGroup as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useId } from "react";
import { classes } from "./classes";

type GroupProps = {
  label: string;
  value: string;
  onValueChange: (value: string) => void;
  children: ReactNode;
  className?: string;
};

export function RadioGroup({ label, value, onValueChange, children, className }: GroupProps) {
  return (
    <Radix.Root
      aria-label={label}
      value={value}
      onValueChange={onValueChange}
      className={classes("grid gap-2", className)}
    >
      {children}
    </Radix.Root>
  );
}

type CardProps = { value: string; title: ReactNode; children?: ReactNode; disabled?: boolean };

/** One choice as a card: a title, and below it whatever helps to choose. */
export function RadioCard({ value, title, children, disabled }: CardProps) {
  const id = useId();
  return (
    <label
      htmlFor={id}
      className="flex cursor-pointer items-start gap-3 rounded-lg border border-line bg-surface p-3 has-data-[state=checked]:border-accent-text has-data-[state=checked]:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text"
    >
      <Radix.Item
        id={id}
        value={value}
        disabled={disabled}
        aria-labelledby={`${id}-title`}
        aria-describedby={children ? `${id}-about` : undefined}
        className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-control bg-surface focus-visible:outline-none data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Radix.Indicator className="size-1.5 rounded-full bg-on-accent" />
      </Radix.Item>
      <span className="min-w-0 flex-1">
        <span id={`${id}-title`} className="block text-sm font-medium">
          {title}
        </span>
        {children && (
          <span id={`${id}-about`} className="mt-0.5 block text-sm text-muted">
            {children}
          </span>
        )}
      </span>
    </label>
  );
}
