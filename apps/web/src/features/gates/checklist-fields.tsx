import { ItemText, isNoneRequired } from "@/components/checklist-items";
import { useTranslations } from "@/lib/translations";
import { Checkbox } from "@/ui/checkbox";
import type { Policy } from "./queries";

export type Ticks = Readonly<Record<string, boolean>>;

type Props = {
  items: Policy["checklist"];
  ticks: Ticks;
  /** Say of what is required that it is not answered. */
  isChecked: boolean;
  onChange: (ticks: Ticks) => void;
};

/** What the gate asks everybody to look at; a tick is a yes. */
export function ChecklistFields({ items, ticks, isChecked, onChange }: Props) {
  const t = useTranslations("gates");
  if (items.length === 0) return null;
  const isMissing = isChecked && missingOf(items, ticks) > 0;
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{t("checklist")}</legend>
      {isNoneRequired(items) && <p className="text-xs text-muted">{t("noneRequired")}</p>}
      {items.map((item) => (
        <Checkbox
          key={item.id}
          label={<ItemText item={item} items={items} />}
          checked={ticks[item.id] ?? false}
          onCheckedChange={(isOn) => onChange({ ...ticks, [item.id]: isOn })}
        />
      ))}
      {isMissing && (
        <p role="alert" className="text-xs text-danger">
          {t("checklistMissing")}
        </p>
      )}
    </fieldset>
  );
}

export const missingOf = (items: Policy["checklist"], ticks: Ticks): number =>
  items.filter(({ id, required }) => required && !ticks[id]).length;

/** What was ticked; what was not is left without an answer. */
export const answersOf = (items: Policy["checklist"], ticks: Ticks) =>
  items.filter(({ id }) => ticks[id]).map(({ id }) => ({ item_id: id, answer: true }));
