import { useTranslations } from "@/lib/translations";
import { useShortcuts } from "@/lib/use-shortcuts";
import type { Selection } from "./use-selection";

/** `j` and `k` go through the rows, `x` selects the one that has the focus, `X` up to it. */
export function useRowKeys(selection: Selection, canSelect: boolean): void {
  const t = useTranslations("portfolio");
  const select = (isRange: boolean) => () => {
    const id = focusedRow()?.dataset["project"];
    if (id) selection.toggle(id, isRange);
  };
  const keys = [
    { key: "j", label: t("keys.next"), run: () => goBy(1) },
    { key: "k", label: t("keys.previous"), run: () => goBy(-1) },
  ];
  const selecting = [
    { key: "x", label: t("keys.select"), run: select(false) },
    { key: "X", label: t("keys.selectRange"), run: select(true) },
  ];
  useShortcuts(canSelect ? [...keys, ...selecting] : keys);
}

const rows = () => [...document.querySelectorAll<HTMLElement>("li[data-project]")];

const focusedRow = () => rows().find((row) => row.contains(document.activeElement));

function goBy(step: number): void {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? 0 : at + step];
  next?.querySelector("a")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
