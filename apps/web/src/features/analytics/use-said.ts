import type { Durations } from "@/api/analytics";
import { useTranslations } from "@/lib/translations";
import { useFormats } from "./formats";

/** What stands beside a bar of times: the median, and beneath it the rest. */
export function useSaid() {
  const t = useTranslations("analytics");
  const { time } = useFormats();
  return (of: Durations, none: "noneDone" | "noneDecided") =>
    of.count === 0
      ? { text: t(none) }
      : {
          text: time(of.median_hours),
          detail: t("barText", { p90: time(of.p90_hours), count: of.count }),
        };
}
