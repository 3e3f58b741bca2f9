import { dayRange, duration, partName, share } from "@/lib/figures";
import { useLanguage } from "@/lib/language";

/** All of them, for the reader's language. */
export function useFormats() {
  const language = useLanguage();
  return {
    time: (hours: number | null) => duration(hours, language),
    rate: (value: number | null) => share(value, language),
    count: (value: number) => new Intl.NumberFormat(language).format(value),
    range: (first: string, last: string) => dayRange(first, last, language),
    part: (first: string, grain: "week" | "month") => partName(first, grain, language),
    change: (value: number) =>
      new Intl.NumberFormat(language, {
        style: "percent",
        maximumFractionDigits: 0,
        signDisplay: "exceptZero",
      }).format(value),
  };
}
