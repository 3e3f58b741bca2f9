import { ChevronRight, Download } from "lucide-react";
import type { ReactNode } from "react";
import { useId } from "react";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";

type Props = {
  title: string;
  about: string;
  /** Where the numbers can be had as a file. */
  file: string;
  /** The same numbers as the chart's. */
  table: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

/** A chart with its numbers beneath, which open as a table, and as a file. */
export function FigureCard({ title, about, file, table, actions, children }: Props) {
  const t = useTranslations("analytics");
  const id = useId();
  return (
    <Card className="min-w-0">
      <section aria-labelledby={id}>
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 p-4 pb-3">
          <div className="min-w-0">
            <h2 id={id} className="font-semibold">
              {title}
            </h2>
            <p className="max-w-prose text-sm text-muted">{about}</p>
          </div>
          <div className="flex flex-wrap items-center gap-2">
            {actions}
            <Button asChild size="sm">
              <a href={file} download aria-label={t("downloadOf", { title })}>
                <Download aria-hidden />
                CSV
              </a>
            </Button>
          </div>
        </div>
        <div className="px-4 pb-3">{children}</div>
        <details className="group/numbers border-t border-line">
          <summary className="flex items-center gap-1.5 px-4 py-2 text-sm text-muted hover:text-text [&::-webkit-details-marker]:hidden">
            <ChevronRight
              aria-hidden
              className="size-4 shrink-0 transition-transform group-open/numbers:rotate-90"
            />
            {t("numbers")}
            <span className="sr-only">: {title}</span>
          </summary>
          <div className="pb-2">{table}</div>
        </details>
      </section>
    </Card>
  );
}
