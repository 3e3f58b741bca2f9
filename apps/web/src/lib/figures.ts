const NONE = "–";

/** How long: "45 min", "5.5 hr", "3.2 days", as the reader's language has it. Days have 24 hours. */
export function duration(hours: number | null, language: string): string {
  if (hours === null) return NONE;
  const [value, unit] =
    hours < 1 ? [hours * 60, "minute"] : hours < 48 ? [hours, "hour"] : [hours / 24, "day"];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: unit === "minute" || value >= 100 ? 0 : 1,
  }).format(value);
}

export function share(rate: number | null, language: string): string {
  if (rate === null) return NONE;
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(
    rate,
  );
}

const british = (language: string) => (language === "en" ? "en-GB" : language);
const atNoon = (day: string) => new Date(`${day}T12:00:00Z`);

/** "7 Sept – 29 Nov 2026". */
export function dayRange(first: string, last: string, language: string): string {
  return new Intl.DateTimeFormat(british(language), {
    dateStyle: "medium",
    timeZone: "UTC",
  }).formatRange(atNoon(first), atNoon(last));
}

/** The day on which a part of the period begins, or its month. */
export function partName(first: string, grain: "week" | "month", language: string): string {
  const parts =
    grain === "week"
      ? ({ day: "numeric", month: "short" } as const)
      : ({ month: "short", year: "2-digit" } as const);
  return new Intl.DateTimeFormat(british(language), { ...parts, timeZone: "UTC" }).format(
    atNoon(first),
  );
}

/** How much it grew or shrank, from -1 on; nothing where there is nothing to compare with. */
export function changeOf(now: number | null, before: number | null): number | null {
  if (now === null || before === null || before === 0) return null;
  return (now - before) / before;
}
