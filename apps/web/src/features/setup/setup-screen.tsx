"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import type { Schemas } from "@/api/client";
import { ApiProblem, api, unwrap } from "@/api/client";
import { sessionKey, setupQuery } from "@/api/session";
import { FrontDoor } from "@/components/front-door";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { SingleSignOn, SingleSignOnProblem } from "@/components/single-sign-on";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { AccountForm } from "./account-form";
import { RestoreScreen } from "./restore-screen";

/** First run: whoever comes first makes the account of the administrator, or brings one back. */
export function SetupScreen() {
  return (
    <FrontDoor isSetup after={paths.welcome()}>
      <FirstRun />
    </FrontDoor>
  );
}

/** Beside backups or an archive nobody begins anew by accident. */
function FirstRun() {
  const { data } = useQuery(setupQuery);
  if (!data) return null;
  const isBeside = Boolean(data.backups?.length || data.archives?.length);
  return isBeside ? <RestoreScreen setup={data} /> : <FirstAdministrator />;
}

function FirstAdministrator() {
  const t = useTranslations("setup");
  const problemText = useProblemText();
  const setup = useSetUp();
  const problem = useSearchParams().get("problem");
  const refusedField = fieldOf(setup.error);
  return (
    <>
      <PageTitle>{t("title")}</PageTitle>
      <div className="mb-6 grid gap-1.5">
        <h1 className="text-2xl font-semibold tracking-tight">{t("title")}</h1>
        <p className="text-muted">{t("about")}</p>
      </div>
      {problem && setup.isIdle && <SingleSignOnProblem code={problem} />}
      <AccountForm
        onSubmit={(account) => setup.mutate(account)}
        isBusy={setup.isPending}
        problem={setup.error && !refusedField ? problemText(setup.error) : null}
        refusedField={refusedField}
      />
      <SingleSignOn after={paths.welcome()} />
    </>
  );
}

function useSetUp() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["AccountIn"]) => unwrap(api.POST("/api/v1/setup", { body })),
    onSuccess: (account) => {
      client.setQueryData(
        setupQuery.queryKey,
        (setup) => setup && { ...setup, needs_first_administrator: false },
      );
      client.setQueryData(sessionKey, account);
    },
  });
}

const fields = ["name", "email", "password"];

function fieldOf(error: Error | null): string | null {
  const field = error instanceof ApiProblem ? error.field : null;
  return field && fields.includes(field) ? field : null;
}
