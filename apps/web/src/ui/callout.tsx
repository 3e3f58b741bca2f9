import type { VariantProps } from "class-variance-authority";
import { cva } from "class-variance-authority";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "./classes";

const look = cva("flex items-start gap-2.5 rounded-lg px-3 py-2.5 text-sm", {
  variants: {
    tone: {
      info: "bg-accent-soft text-accent-text",
      success: "bg-success-soft text-success",
      warning: "bg-warning-soft text-warning",
      danger: "bg-danger-soft text-danger",
    },
  },
});

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert };

type Tone = NonNullable<VariantProps<typeof look>["tone"]>;
type Props = { tone: Tone; title?: string; children?: ReactNode; className?: string };

/** A message that stays in the page. `danger` is read out as soon as it appears. */
export function Callout({ tone, title, children, className }: Props) {
  const Icon = icons[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className={classes(look({ tone }), className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="grid min-w-0 gap-1">
        {title && <p className="font-medium">{title}</p>}
        {children}
      </div>
    </div>
  );
}
