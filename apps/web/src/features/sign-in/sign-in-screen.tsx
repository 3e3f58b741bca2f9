"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { ApiProblem, api, unwrap } from "@/api/client";
import { sessionKey } from "@/api/session";
import { FrontDoor } from "@/components/front-door";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { SingleSignOn, SingleSignOnProblem } from "@/components/single-sign-on";
import { safeNext } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useSecondsLeft } from "@/lib/use-seconds-left";
import { SignInForm } from "./sign-in-form";

export function SignInScreen() {
  const search = useSearchParams();
  // As it was when the page opened: on the way out the address is already another.
  const [after] = useState(() => safeNext(search.get("next")));
  return (
    <FrontDoor after={after} problem={search.get("problem")}>
      <SignIn after={after} problem={search.get("problem")} />
    </FrontDoor>
  );
}

type Props = {
  after: string;
  /** Why signing in elsewhere did not work. */
  problem: string | null;
};

function SignIn({ after, problem }: Props) {
  const t = useTranslations("signIn");
  const problemText = useProblemText();
  const signIn = useSignIn();
  const waitS = useSecondsLeft(signIn.submittedAt + retryAfterS(signIn.error) * 1000);
  const isThrottled = retryAfterS(signIn.error) > 0;
  return (
    <>
      <PageTitle>{t("title")}</PageTitle>
      <h1 className="mb-6 text-2xl font-semibold tracking-tight">{t("title")}</h1>
      {problem && signIn.isIdle && <SingleSignOnProblem code={problem} />}
      <SignInForm
        onSubmit={(credentials) => signIn.mutate(credentials)}
        isBusy={signIn.isPending}
        problem={signIn.error && !isThrottled ? problemText(signIn.error) : null}
        waitS={waitS}
      />
      <SingleSignOn after={after} />
    </>
  );
}

function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["Credentials"]) => unwrap(api.POST("/api/v1/session", { body })),
    onSuccess: (account) => client.setQueryData(sessionKey, account),
  });
}

/** How long the API wants us to wait after too many failures; 0 when it does not. */
function retryAfterS(error: Error | null): number {
  return error instanceof ApiProblem ? (error.retryAfterS ?? 0) : 0;
}
