import { useTranslations } from "@/lib/translations";

type Item = { text: string; required: boolean };
type Props = { items: readonly Item[] };

/** What a gate asks everybody to look at, to be read. */
export function ChecklistItems({ items }: Props) {
  const t = useTranslations("gates");
  return (
    <ul aria-label={t("checklist")} className="grid list-disc gap-1 pl-4 marker:text-faint">
      {items.map(({ text, required }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a text may stand there twice, and none moves
        <li key={at} className="wrap-anywhere">
          <bdi>{text}</bdi> {!required && <span className="text-faint">{t("optionalItem")}</span>}
        </li>
      ))}
    </ul>
  );
}
