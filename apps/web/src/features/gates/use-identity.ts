import { useState } from "react";
import { ApiProblem } from "@/api/client";
import { useProblemText } from "@/components/problem-text";
import type { Gate } from "./queries";
import { useConfirmation } from "./queries";

const hasCode = (error: unknown, code: string) =>
  error instanceof ApiProblem && error.code === code;

/** Where the gate asks for it: shows who somebody is before they decide. */
export function useIdentity(gate: Gate, refusal: unknown) {
  const problemText = useProblemText();
  const confirmation = useConfirmation();
  const [password, setPassword] = useState("");
  const isDue = !gate.you.is_confirmed && !confirmation.isSuccess;
  const isAsked =
    (gate.policy.reauthentication && isDue) || hasCode(refusal, "reauthentication_needed");
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
