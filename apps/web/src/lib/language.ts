import { useSyncExternalStore } from "react";
import { storedChoice } from "./stored-choice";

export const languages = ["en", "fr"] as const;
export type Language = (typeof languages)[number];
export const languageNames: Record<Language, string> = { en: "English", fr: "Français" };

/** The same key is read by /theme.js before the first paint. */
const stored = storedChoice<Language>("agentlab.language", languages);

export function preferredLanguage(): Language {
  return stored.read() ?? (navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en");
}

export function useLanguage(): Language {
  return useSyncExternalStore(stored.subscribe, preferredLanguage, () => "en");
}

/** Null for the browser's own. */
export function chooseLanguage(language: Language | null): void {
  stored.write(language);
}
