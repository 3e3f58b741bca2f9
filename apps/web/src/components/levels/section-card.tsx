import type { ReactNode } from "react";
import { useId } from "react";
import { Card } from "@/ui/card";

type Props = { title: string; actions?: ReactNode; children: ReactNode };

/** A titled part of a page. */
export function SectionCard({ title, actions, children }: Props) {
  const id = useId();
  return (
    <Card>
      <section aria-labelledby={id}>
        <header className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-3">
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          {actions}
        </header>
        {children}
      </section>
    </Card>
  );
}
