import { Square } from "lucide-react";
import { useTranslations } from "@/lib/translations";

type Item = { text: string; required: boolean };
type Props = { items: readonly Item[] };

/** What a gate asks everybody to look at, to be read. */
export function ChecklistItems({ items }: Props) {
  const t = useTranslations("gates");
  return (
    <div className="grid gap-1.5">
      {isNoneRequired(items) && <p>{t("noneRequired")}</p>}
      <ul aria-label={t("checklist")} className="grid gap-1">
        {items.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text may stand there twice, and none moves
          <li key={at} className="flex gap-1.5">
            <Square aria-hidden className="mt-0.5 size-3 shrink-0 text-faint" />
            <span className="min-w-0 wrap-anywhere">
              <ItemText item={item} items={items} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** An item's text; that it is optional is said of each one only where others are required. */
export function ItemText({ item, items }: Props & { item: Item }) {
  const t = useTranslations("gates");
  const isMarked = !item.required && !isNoneRequired(items);
  return (
    <>
      <bdi>{item.text}</bdi> {isMarked && <span className="text-muted">{t("optionalItem")}</span>}
    </>
  );
}

export const isNoneRequired = (items: readonly Item[]) => items.every(({ required }) => !required);
