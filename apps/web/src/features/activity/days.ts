import type { Activity } from "@/api/activity";
import { dayIn, daysLater } from "@/lib/days";

export type Day = { key: string; date: Date; items: Activity[] };

/** The feed by day of the reader's time zone, in the order that it has. */
export function byDay(items: readonly Activity[], zone: string): Day[] {
  const days: Day[] = [];
  for (const item of items) {
    const date = new Date(item.at);
    const key = dayIn(zone, date);
    const last = days.at(-1);
    if (last?.key === key) last.items.push(item);
    else days.push({ key, date, items: [item] });
  }
  return days;
}

/** `today`, `yesterday`, or nothing for a day that is said by its date. */
export function nearness(date: Date, now: Date, zone: string): "today" | "yesterday" | null {
  const today = dayIn(zone, now);
  const day = dayIn(zone, date);
  if (day === today) return "today";
  return day === daysLater(today, -1) ? "yesterday" : null;
}
