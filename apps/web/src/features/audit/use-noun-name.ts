import { useTranslations } from "@/lib/translations";
import type { Entry } from "./queries";

/** What an entry is about, in the reader's language: the noun of `project.changed`. */
export function useNounName(): (entry: Entry) => string {
  const t = useTranslations("audit.nouns");
  return ({ action }) => {
    const noun = action.split(".")[0] as Parameters<typeof t.has>[0];
    return t.has(noun) ? t(noun) : noun;
  };
}
