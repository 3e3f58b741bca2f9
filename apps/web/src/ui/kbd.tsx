import type { ReactNode } from "react";

type Props = { children: ReactNode };

export function Kbd({ children }: Props) {
  return (
    <kbd className="inline-grid h-5 min-w-5 place-items-center rounded border border-line bg-sunken px-1 font-sans text-2xs font-medium text-muted">
      {children}
    </kbd>
  );
}
