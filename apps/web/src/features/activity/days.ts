import type { Activity } from "@/api/activity";

export type Day = { key: string; date: Date; items: Activity[] };

/** The feed by day of the reader's time zone, in the order that it has. */
export function byDay(items: readonly Activity[]): Day[] {
  const days: Day[] = [];
  for (const item of items) {
    const date = new Date(item.at);
    const key = dayKey(date);
    const last = days.at(-1);
    if (last?.key === key) last.items.push(item);
    else days.push({ key, date, items: [item] });
  }
  return days;
}

const dayKey = (date: Date) => `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;

/** `today`, `yesterday`, or nothing for a day that is said by its date. */
export function nearness(date: Date, now: Date): "today" | "yesterday" | null {
  const before = new Date(now);
  before.setDate(before.getDate() - 1);
  if (dayKey(date) === dayKey(now)) return "today";
  return dayKey(date) === dayKey(before) ? "yesterday" : null;
}
