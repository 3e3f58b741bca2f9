import { useEffect, useRef } from "react";
import type { Item } from "@/api/inbox";
import { useTranslations } from "@/lib/translations";
import { useShortcuts } from "@/lib/use-shortcuts";

type Actions = {
  onDecide: (item: Item, verdict: "approved" | "rejected") => void;
  onAnswer: (item: Item) => void;
  onSnooze: (item: Item) => void;
};

/**
 * `j` and `k` go through the items, or back to where one was; the others act on the one that has the
 * focus.
 */
export function useInboxKeys(
  items: readonly Item[],
  { onDecide, onAnswer, onSnooze }: Actions,
): void {
  const t = useTranslations("inbox.keys");
  const last = useRef(-1);
  const focused = () => {
    const at = rows().findIndex((row) => row.contains(document.activeElement));
    if (at >= 0) last.current = at;
    return items.find(({ id, kind }) => rows()[at]?.dataset["item"] === `${kind} ${id}`);
  };
  const goBy = (step: number) => {
    const place = Math.min(Math.max(last.current, 0), rows().length - 1);
    goTo(focused() ? last.current + step : place);
    focused();
  };
  const decide = (verdict: "approved" | "rejected") => () => {
    const item = focused();
    if (item?.kind === "gate") onDecide(item, verdict);
  };
  const approve = () => {
    const item = focused();
    if (item?.asks) onAnswer(item);
    else decide("approved")();
  };
  const open = () => {
    focused();
    rows()[last.current]?.querySelector("a")?.click();
  };
  const snooze = () => {
    const item = focused();
    if (item) onSnooze(item);
  };
  useShortcuts([
    { key: "j", label: t("next"), run: () => goBy(1) },
    { key: "k", label: t("previous"), run: () => goBy(-1) },
    { key: "o", label: t("open"), run: open },
    { key: "a", label: t("approve"), run: approve },
    { key: "r", label: t("reject"), run: decide("rejected") },
    { key: "s", label: t("snooze"), run: snooze },
  ]);
  // What had the focus was settled or put off: the next one takes its place.
  useEffect(() => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && last.current >= 0 && items.length > 0) {
      goTo(Math.min(last.current, items.length - 1));
    }
  }, [items]);
}

const rows = () => [...document.querySelectorAll<HTMLElement>("li[data-item]")];

function goTo(at: number): void {
  const row = rows()[at];
  row?.querySelector("a")?.focus();
  row?.scrollIntoView({ block: "nearest" });
}
