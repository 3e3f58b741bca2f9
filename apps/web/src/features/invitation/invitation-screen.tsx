"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useSyncExternalStore } from "react";
import type { Schemas } from "@/api/client";
import { ApiProblem, api, unwrap } from "@/api/client";
import { sessionKey } from "@/api/session";
import { ErrorState } from "@/components/error-state";
import { PublicFrame } from "@/components/front-door";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { paths } from "@/lib/paths";
import { useHydrated } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Skeleton } from "@/ui/skeleton";
import { AcceptanceForm } from "./acceptance-form";

/** Behind the link of an invitation or a reset. Its token stands after `#` and reaches no log. */
export function InvitationScreen() {
  const token = useToken();
  const isHydrated = useHydrated();
  if (!isHydrated) return null;
  return (
    <PublicFrame>{token ? <Opened token={token} /> : <Unusable code="link_unknown" />}</PublicFrame>
  );
}

function Opened({ token }: { token: string }) {
  const t = useTranslations("invitation");
  const about = useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) =>
      unwrap(api.POST("/api/v1/invitations/lookup", { body: { token }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const accept = useAcceptance();
  const problemText = useProblemText();
  if (about.isPending) return <Skeleton className="h-64" />;
  const refusal = [accept.error, about.error].find(isAboutLink);
  if (refusal) return <Unusable code={refusal.code} />;
  if (about.isError) return <ErrorState error={about.error} onRetry={() => about.refetch()} />;
  const { purpose, name, email } = about.data;
  return (
    <>
      <PageTitle>{t(`${purpose}.title`)}</PageTitle>
      <div className="mb-6 grid gap-1.5">
        <h1 className="text-2xl font-semibold tracking-tight">{t(`${purpose}.title`)}</h1>
        <p className="text-muted">{t(`${purpose}.about`, { name })}</p>
      </div>
      <AcceptanceForm
        about={{ purpose, name, email }}
        isBusy={accept.isPending || accept.isSuccess}
        problem={accept.error ? problemText(accept.error) : null}
        onSubmit={(choice) => accept.mutate({ token, ...choice })}
      />
    </>
  );
}

function Unusable({ code }: { code: string }) {
  const t = useTranslations("invitation");
  const problemText = useProblemText();
  return (
    <>
      <PageTitle>{t("unusable")}</PageTitle>
      <h1 className="mb-4 text-2xl font-semibold tracking-tight">{t("unusable")}</h1>
      <Callout tone="danger">{problemText({ code, detail: "" })}</Callout>
      <Button asChild className="mt-4">
        <Link href={paths.portfolio()} prefetch={false}>
          {t("toSignIn")}
        </Link>
      </Button>
    </>
  );
}

const isAboutLink = (error: Error | null): error is ApiProblem =>
  error instanceof ApiProblem && error.code.startsWith("link_");

/** Whoever was signed in here is not any more: what they have read is forgotten. */
function useAcceptance() {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: (body: Schemas["Acceptance"]) =>
      unwrap(api.POST("/api/v1/invitations/acceptance", { body })),
    onSuccess: (account) => {
      client.clear();
      client.setQueryData(sessionKey, account);
      router.replace(paths.portfolio());
    },
  });
}

/** What follows `#` in the address; also when another link is opened in the same tab. */
function useToken(): string {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("hashchange", listener);
      return () => window.removeEventListener("hashchange", listener);
    },
    () => window.location.hash.slice(1),
    () => "",
  );
}
