const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "12 kB", "1.4 MB", "1,4 Mo": decimal units, at most one digit after the point. */
export function fileSize(bytes: number, language: string): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[power],
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** power);
}
