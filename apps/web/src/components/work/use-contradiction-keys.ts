import { useTranslations } from "@/lib/translations";
import { useShortcuts } from "@/lib/use-shortcuts";

/** `j` and `k` go through the contradictions, `a` applies what the focused one proposes. */
export function useContradictionKeys(isOn: boolean): void {
  const t = useTranslations("work.keys");
  useShortcuts(
    isOn
      ? [
          { key: "j", label: t("next"), run: () => goBy(1) },
          { key: "k", label: t("previous"), run: () => goBy(-1) },
          { key: "a", label: t("apply"), run: applyFocused },
        ]
      : [],
  );
}

const rows = () => [...document.querySelectorAll<HTMLElement>("li[data-contradiction]")];

const isFocused = (row: HTMLElement) => row.contains(document.activeElement);

function goBy(step: number): void {
  const all = rows();
  const at = all.findIndex(isFocused);
  const next = all[at < 0 ? 0 : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function applyFocused(): void {
  rows().find(isFocused)?.querySelector<HTMLElement>("button[data-apply]")?.click();
}
