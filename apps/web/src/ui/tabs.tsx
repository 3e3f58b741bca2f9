import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "./classes";

type Tab = { value: string; label: ReactNode };

type Props = {
  label: string;
  tabs: readonly Tab[];
  value: string;
  onValueChange: (value: string) => void;
  /** `TabPanel`s, one for each tab. */
  children: ReactNode;
  className?: string;
};

export function Tabs({ label, tabs, value, onValueChange, children, className }: Props) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange} className={className}>
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px border-b-2 border-transparent px-2.5 py-2 text-sm font-medium whitespace-nowrap text-muted hover:text-text focus-visible:-outline-offset-2 data-[state=active]:border-accent-text data-[state=active]:text-text"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  );
}

type PanelProps = { value: string; children: ReactNode; className?: string };

export function TabPanel({ value, children, className }: PanelProps) {
  return (
    <Radix.Content value={value} className={classes("pt-4", className)}>
      {children}
    </Radix.Content>
  );
}
