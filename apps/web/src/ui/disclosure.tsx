import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

type Props = { title: string; about?: ReactNode; children: ReactNode };

/** A card that opens to show more. */
export function Disclosure({ title, about, children }: Props) {
  return (
    <details className="group/disclosure rounded-lg border border-line bg-surface">
      <summary className="flex items-center gap-2 rounded-lg px-4 py-3 hover:bg-sunken [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 text-muted transition-transform group-open/disclosure:rotate-90"
        />
        <h2 className="shrink-0 font-semibold">{title}</h2>
        {about && <span className="min-w-0 truncate text-sm text-muted">{about}</span>}
      </summary>
      <div className="border-t border-line p-4">{children}</div>
    </details>
  );
}
