import { useState } from "react";
import { ApiProblem } from "@/api/client";
import { useConfirmation } from "@/api/session";
import { useProblemText } from "@/components/problem-text";

type Need = { isNeeded: boolean; isConfirmed: boolean };

const hasCode = (error: unknown, code: string) =>
  error instanceof ApiProblem && error.code === code;

/** Where it is needed: shows who somebody is before they go on. */
export function useIdentity({ isNeeded, isConfirmed }: Need, refusal: unknown) {
  const problemText = useProblemText();
  const confirmation = useConfirmation();
  const [password, setPassword] = useState("");
  const isDue = !isConfirmed && !confirmation.isSuccess;
  const isAsked = (isNeeded && isDue) || hasCode(refusal, "reauthentication_needed");
  return {
    isAsked,
    isBusy: confirmation.isPending,
    show: (then: () => void) => {
      if (isAsked) confirmation.mutate(password, { onSuccess: then });
      else then();
    },
    field: {
      value: password,
      onChange: setPassword,
      error: confirmation.error ? problemText(confirmation.error) : null,
      hasNoPassword: hasCode(confirmation.error, "no_password"),
    },
  };
}
