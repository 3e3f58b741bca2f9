const SECOND = 1000;
const UNITS = [
  ["year", 365 * 24 * 3600],
  ["month", 30 * 24 * 3600],
  ["week", 7 * 24 * 3600],
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** "3 hours ago", "il y a 3 heures"; anything younger than a minute is "now". */
export function relativeTime(at: string, now: Date, language: string): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / SECOND;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? format.format(Math.trunc(seconds / unit[1]), unit[0]) : format.format(0, "second");
}

/** "24 November 2026 at 02:26" in the reader's language and time zone. */
export function absoluteTime(at: string, language: string, timeZone?: string): string {
  const locale = language === "en" ? "en-GB" : language;
  return new Intl.DateTimeFormat(locale, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone,
  }).format(new Date(at));
}
