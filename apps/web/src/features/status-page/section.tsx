import type { ReactNode } from "react";
import { useId } from "react";

type Props = { title: string; children: ReactNode };

/** A part of the page, below its heading. */
export function Section({ title, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}
