import type { Item } from "@/api/inbox";
import { useTranslations } from "@/lib/translations";

/** One line that says what waits. */
export function useTitleOf(): (item: Item) => string {
  const t = useTranslations("inbox.titles");
  return (item) => t(nameOf(item), { stage: item.title, count: item.count ?? 0 });
}

/** What it is, where its kind alone does not say it. */
function nameOf({ kind, asks, gate_id }: Item) {
  if (asks) return asks.condition ? "condition" : "route";
  return kind === "conflict" && !gate_id ? "method" : kind;
}
