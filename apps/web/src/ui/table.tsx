import type { ComponentProps } from "react";
import { classes } from "./classes";

type TableProps = ComponentProps<"table"> & { caption: string };

/** A dense table. Its caption is for screen readers; a heading nearby says it to everybody. */
export function Table({ caption, className, children, ...rest }: TableProps) {
  return (
    <div className="relative overflow-x-auto">
      <table {...rest} className={classes("w-full border-collapse text-sm", className)}>
        <caption className="sr-only">{caption}</caption>
        {children}
      </table>
    </div>
  );
}

export function HeadCell({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      {...rest}
      className={classes(
        "h-8 border-b border-line px-3 text-left text-xs font-medium whitespace-nowrap text-muted",
        className,
      )}
    />
  );
}

export function Cell({ className, ...rest }: ComponentProps<"td">) {
  return <td {...rest} className={classes("h-10 border-b border-line px-3", className)} />;
}
