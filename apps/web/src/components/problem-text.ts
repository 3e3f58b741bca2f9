import { useTranslations } from "@/lib/translations";

/** Says an error in the reader's language: by its code when we have words, else as the API said it. */
export function useProblemText(): (error: unknown) => string {
  const t = useTranslations("problems");
  return (error) => {
    if (!isSaid(error)) return t("unexpected");
    const key = error.code as Parameters<typeof t.has>[0];
    return t.has(key) ? t(key) : error.detail;
  };
}

/** An `ApiProblem`, or a failure that the API keeps, such as an import's. */
function isSaid(error: unknown): error is { code: string; detail: string } {
  return typeof error === "object" && error !== null && "code" in error && "detail" in error;
}
