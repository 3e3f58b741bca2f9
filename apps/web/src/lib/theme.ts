import { useSyncExternalStore } from "react";
import { storedChoice } from "./stored-choice";

export const themes = ["light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** The same key is read by /theme.js before the first paint. */
const stored = storedChoice<Theme>("agentlab.theme", themes);

/** The chosen theme, or null to follow the system. */
export function useTheme(): Theme | null {
  return useSyncExternalStore(stored.subscribe, stored.read, () => null);
}

export function chooseTheme(theme: Theme | null): void {
  stored.write(theme);
  if (theme) document.documentElement.dataset["theme"] = theme;
  else delete document.documentElement.dataset["theme"];
}
