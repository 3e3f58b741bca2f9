import { ApiProblem } from "@/api/client";
import { useProblemText } from "../problem-text";

/** What the API refused: beside its field when the form has it, else above the buttons. */
export function useRefusal(error: unknown, fields: readonly string[]) {
  const problemText = useProblemText();
  const field = error instanceof ApiProblem ? (error.field?.split(".")[0] ?? null) : null;
  const isOfField = field !== null && fields.includes(field);
  return {
    of: (name: string) => (isOfField && name === field ? problemText(error) : null),
    overall: error && !isOfField ? problemText(error) : null,
  };
}
