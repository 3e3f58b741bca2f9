import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";

type Facts = Schemas["Problem"]["facts"];
type Said = { code: string; detail: string; kind?: string | null; facts?: Facts };

/**
 * Says an error in the reader's language: by its code and kind when we have words, else as the API
 * said it.
 */
export function useProblemText(): (error: unknown) => string {
  const t = useTranslations("problems");
  return (error) => {
    if (!isSaid(error)) return t("unexpected");
    const { code, kind, facts = {} } = error;
    const keys = [`${code}.${kind ?? "other"}`, `${code}.other`, code] as Parameters<
      typeof t.has
    >[0][];
    const key = keys.find((each) => t.has(each));
    return key ? t(key, valuesOf(facts)) : error.detail;
  };
}

/** As sentences take them: several codes one after another. */
export const valuesOf = (facts: Facts) =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      Array.isArray(fact) ? fact.join(", ") || "—" : fact,
    ]),
  );

/** An `ApiProblem`, or a failure that the API keeps, such as an import's. */
function isSaid(error: unknown): error is Said {
  return typeof error === "object" && error !== null && "code" in error && "detail" in error;
}
