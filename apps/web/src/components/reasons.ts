import type en from "@messages/en.json";
import { useTranslations } from "@/lib/translations";

/** Why something cannot be done now; a key of the messages. */
export type Reason = keyof (typeof en)["reasons"];

/** What a rule in a `can.ts` says. */
export type Verdict = true | Reason;

/** Says a verdict in the reader's language, for a `GatedButton`. */
export function useAllowed(): (verdict: Verdict) => true | string {
  const t = useTranslations("reasons");
  return (verdict) => (verdict === true ? true : t(verdict));
}
