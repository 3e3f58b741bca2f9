import Link from "next/link";
import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";

export type Bar = {
  key: string;
  label: ReactNode;
  /** Where the bar leads. */
  href?: string;
  /** Up to here it is full; null draws nothing. */
  value: number | null;
  /** Up to here it goes on, paler and with a mark at its end. */
  further?: number | null;
  /** The number that the full bar shows. */
  text: string;
  /** The other numbers. */
  detail?: string;
  /** Beneath the label. */
  about?: ReactNode;
};

type Props = { label: string; bars: readonly Bar[]; most?: number };

const AT_FIRST = 12;

/** Bars to compare by length alone; what they say stands beside them, so no colour has to. */
export function Bars({ label, bars, most }: Props) {
  const t = useTranslations("analytics");
  const [isWhole, showAll] = useState(false);
  const shown = isWhole ? bars : bars.slice(0, AT_FIRST);
  const longest =
    most ?? Math.max(0, ...bars.flatMap(({ value, further }) => [value ?? 0, further ?? 0]));
  return (
    <>
      <ul aria-label={label} className="grid gap-x-4">
        {shown.map((bar) => (
          <li
            key={bar.key}
            className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] items-center gap-x-3 gap-y-1 border-b border-line py-1.5 text-sm last:border-0 md:grid-cols-[minmax(0,15rem)_minmax(0,1fr)_minmax(0,11rem)]"
          >
            <div className="min-w-0">
              <Name {...bar} />
              {bar.about && <div className="text-xs text-muted md:truncate">{bar.about}</div>}
            </div>
            <div className="text-right tabular-nums md:order-last md:text-left">
              {bar.text}
              {bar.detail && <div className="text-xs text-muted">{bar.detail}</div>}
            </div>
            <Track {...bar} longest={longest} />
          </li>
        ))}
      </ul>
      {bars.length > shown.length && (
        <Button size="sm" variant="quiet" className="mt-1" onClick={() => showAll(true)}>
          {t("showAll", { count: bars.length })}
        </Button>
      )}
    </>
  );
}

function Name({ label, href }: Bar) {
  if (!href) return <span className="block md:truncate">{label}</span>;
  return (
    <Link
      href={href}
      prefetch={false}
      className="block text-accent-text md:truncate hover:underline"
    >
      {label}
    </Link>
  );
}

function Track({ value, further, longest }: Bar & { longest: number }) {
  const width = (part: number | null | undefined) =>
    `${longest > 0 ? Math.min(100, ((part ?? 0) / longest) * 100) : 0}%`;
  return (
    <span
      aria-hidden
      className="relative block h-2.5 rounded-full bg-sunken max-md:col-span-2 forced-colors:border"
    >
      {further != null && (
        <span
          className={classes(
            "absolute inset-y-0 left-0 rounded-full border-r-2 border-accent-text bg-accent/25",
            "forced-colors:bg-[GrayText]",
          )}
          style={{ width: width(further) }}
        />
      )}
      <span
        className="absolute inset-y-0 left-0 rounded-full bg-accent forced-colors:bg-[CanvasText]"
        style={{ width: width(value) }}
      />
    </span>
  );
}
