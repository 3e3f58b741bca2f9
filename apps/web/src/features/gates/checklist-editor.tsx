import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { IconButton } from "@/ui/icon-button";
import { Input } from "@/ui/input";
import type { ItemDraft } from "./policy-draft";
import { newKey } from "./policy-draft";

type Props = {
  items: readonly ItemDraft[];
  error: string | null;
  onChange: (items: readonly ItemDraft[]) => void;
};

/** What everybody who decides is asked to look at. */
export function ChecklistEditor({ items, error, onChange }: Props) {
  const t = useTranslations("gates.policy");
  const change = (key: string, facts: Partial<ItemDraft>) =>
    onChange(items.map((item) => (item.key === key ? { ...item, ...facts } : item)));
  const move = (from: number, to: number) => {
    const next = [...items];
    const [moved] = next.splice(from, 1);
    if (moved) next.splice(to, 0, moved);
    onChange(next);
  };
  const add = () => onChange([...items, { key: newKey(), id: null, text: "", required: true }]);
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{t("checklist")}</legend>
      {items.length === 0 && <p className="text-sm text-muted">{t("checklistEmpty")}</p>}
      <ol className="grid gap-3">
        {items.map((item, index) => (
          <li key={item.key} className="grid gap-1.5">
            <div className="flex items-center gap-1">
              <Input
                aria-label={t("item", { number: index + 1 })}
                aria-invalid={error && item.text.trim() === "" ? true : undefined}
                maxLength={200}
                value={item.text}
                autoFocus={item.id === null && item.text === ""}
                onChange={(event) => change(item.key, { text: event.target.value })}
              />
              <IconButton
                size="sm"
                label={t("itemUp", { number: index + 1 })}
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              >
                <ArrowUp aria-hidden />
              </IconButton>
              <IconButton
                size="sm"
                label={t("itemDown", { number: index + 1 })}
                disabled={index === items.length - 1}
                onClick={() => move(index, index + 1)}
              >
                <ArrowDown aria-hidden />
              </IconButton>
              <IconButton
                size="sm"
                label={t("itemRemove", { number: index + 1 })}
                onClick={() => onChange(items.filter(({ key }) => key !== item.key))}
              >
                <Trash2 aria-hidden />
              </IconButton>
            </div>
            <Checkbox
              label={t("itemRequired")}
              checked={item.required}
              onCheckedChange={(required) => change(item.key, { required })}
            />
          </li>
        ))}
      </ol>
      {error && <p className="text-xs text-danger">{error}</p>}
      <Button size="sm" className="justify-self-start" onClick={add} disabled={items.length >= 50}>
        <Plus aria-hidden />
        {t("itemAdd")}
      </Button>
    </fieldset>
  );
}
