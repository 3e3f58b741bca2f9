/** The interface's own words, so that a journey can be walked in either language. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

const MESSAGES = join(import.meta.dirname, "../../apps/web/messages");

export type Language = "en" | "fr";

/** What stands in the messages at a place such as `projects.complete`. */
export function wordsIn(language: Language): (place: string) => string {
  const messages: unknown = JSON.parse(readFileSync(join(MESSAGES, `${language}.json`), "utf-8"));
  return (place) => {
    let found = messages;
    for (const name of place.split(".")) found = (found as Record<string, unknown>)[name];
    if (typeof found !== "string") throw new Error(`${place} is no text`);
    return found;
  };
}
