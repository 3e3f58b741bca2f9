import { useTranslations } from "@/lib/translations";
import { useFormats } from "./formats";

/** In place of a chart for which nothing happened on these days. */
export function NothingEnded() {
  const t = useTranslations("analytics");
  return <p className="py-6 text-center text-sm text-muted">{t("nothingEnded")}</p>;
}

/** That a table has more rows than are shown. */
export function LeftOff({ shown, total }: { shown: number; total: number }) {
  const t = useTranslations("analytics");
  const { count } = useFormats();
  if (total <= shown) return null;
  return (
    <p className="pt-2 text-xs text-muted">
      {t("leftOff", { shown: count(shown), total: count(total) })}
    </p>
  );
}
