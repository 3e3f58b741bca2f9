import { useLanguage } from "@/lib/language";

/** "3 sec", "12 min": how long something took. */
export function useSeconds() {
  const language = useLanguage();
  return (seconds: number | null) => {
    if (seconds === null) return "–";
    const [value, unit] = seconds < 90 ? [seconds, "second"] : [seconds / 60, "minute"];
    return new Intl.NumberFormat(language, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: value < 10 ? 1 : 0,
    }).format(value);
  };
}
