import type { Schemas } from "@/api/client";
import { useLanguage } from "@/lib/language";

/** What the status page says, in the reader's language. */
export function useTold(): (told: Schemas["ToldOut"]) => string {
  const language = useLanguage();
  return (told) => told[language];
}
