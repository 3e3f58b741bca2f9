import { Tabs as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "./classes";

type Props = {
  value: string;
  onValueChange: (value: string) => void;
  /** A `SideTabList` and `SideTabPanel`s. */
  children: ReactNode;
  className?: string;
};

/** Tabs in a column: the up and down keys go through them. */
export function SideTabs({ className, ...rest }: Props) {
  return <Radix.Root {...rest} orientation="vertical" className={className} />;
}

export function SideTabList({ className, ...rest }: ComponentProps<typeof Radix.List>) {
  return <Radix.List {...rest} className={classes("grid", className)} />;
}

export function SideTab({ className, ...rest }: ComponentProps<typeof Radix.Trigger>) {
  return (
    <Radix.Trigger
      {...rest}
      className={classes(
        "flex min-w-0 items-start text-left hover:bg-sunken data-[state=active]:bg-accent-soft",
        className,
      )}
    />
  );
}

export function SideTabPanel({ className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return <Radix.Content {...rest} className={classes("min-w-0", className)} />;
}
