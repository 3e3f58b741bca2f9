import { useSyncExternalStore } from "react";

const ofBrowser = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

let chosen: string | null = null;
const listeners = new Set<() => void>();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The zone in which times are shown: the person's own choice, or the browser's. */
export function useChosenTimeZone(): string {
  return useSyncExternalStore(
    subscribe,
    () => chosen ?? ofBrowser(),
    () => "UTC",
  );
}

/** Null for the browser's. A zone that this browser does not know is like null. */
export function chooseTimeZone(zone: string | null): void {
  chosen = zone !== null && isTimeZone(zone) ? zone : null;
  for (const listener of listeners) listener();
}

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Every zone that this browser can name. */
export const timeZones = (): readonly string[] => [
  "UTC",
  ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC"),
];

/** The time there now, such as "14:05". */
export const timeIn = (zone: string, language: string, now: Date): string =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    timeStyle: "short",
    timeZone: zone,
  }).format(now);
