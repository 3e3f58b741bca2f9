import type { ReactNode } from "react";
import { classes } from "@/ui/classes";

type Props = { children: ReactNode; className?: string };

/** A page's content: centred, with the margins of all pages. */
export function Page({ children, className }: Props) {
  return (
    <div className={classes("mx-auto w-full max-w-6xl px-4 py-6 sm:px-6", className)}>
      {children}
    </div>
  );
}

type HeaderProps = { title: ReactNode; about?: ReactNode; actions?: ReactNode };

export function PageHeader({ title, about, actions }: HeaderProps) {
  return (
    <div className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="grid min-w-0 gap-1">
        <h1 className="wrap-anywhere text-xl font-semibold tracking-tight text-balance">{title}</h1>
        {about && <div className="text-sm text-muted">{about}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{actions}</div>}
    </div>
  );
}
