"use client";

import type { QueryClient } from "@tanstack/react-query";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import type { ReactNode } from "react";
import { useEffect, useState } from "react";
import type { Account } from "@/api/session";
import { AccountContext, sessionQuery, setupQuery } from "@/api/session";
import { chooseLanguage } from "@/lib/language";
import { paths } from "@/lib/paths";
import { useHydrated } from "@/lib/route-ids";
import { chooseTimeZone } from "@/lib/time-zone";
import { ErrorState } from "./error-state";

type Props = { skeleton: ReactNode; children: ReactNode };

/**
 * Lets a page render only for somebody who is signed in. For comfort, not for safety: the exported
 * files hold no data, and the API checks every call.
 */
export function SessionGate({ skeleton, children }: Props) {
  const isHydrated = useHydrated();
  const session = useQuery(sessionQuery);
  if (!isHydrated || session.isPending) return skeleton;
  if (session.isError) {
    return <ErrorState error={session.error} onRetry={() => session.refetch()} />;
  }
  if (!session.data) return <WayIn skeleton={skeleton} />;
  return <SignedIn account={session.data}>{children}</SignedIn>;
}

/** Speaks the person's language, and tells the time as they do. */
function SignedIn({ account, children }: { account: Account; children: ReactNode }) {
  const { language, time_zone: timeZone } = account;
  useEffect(() => {
    if (language) chooseLanguage(language);
  }, [language]);
  useEffect(() => {
    chooseTimeZone(timeZone);
    return () => chooseTimeZone(null);
  }, [timeZone]);
  return <AccountContext value={account}>{children}</AccountContext>;
}

/** Nobody is signed in: to the first-run page or to sign in, and afterwards back here. */
function WayIn({ skeleton }: { skeleton: ReactNode }) {
  const router = useRouter();
  const here = useHere();
  const client = useQueryClient();
  const setup = useQuery(setupQuery);
  const needsSetup = setup.data?.needs_first_administrator;
  // Whoever signs in next must not see what the last person read.
  useEffect(() => forgetEverything(client), [client]);
  useEffect(() => {
    if (needsSetup === undefined) return;
    router.replace(needsSetup ? paths.setup() : paths.signIn(here === "/" ? undefined : here));
  }, [needsSetup, here, router]);
  if (setup.isError) return <ErrorState error={setup.error} onRetry={() => setup.refetch()} />;
  return skeleton;
}

/** The address when the gate closed; it must not follow along while we are already leaving. */
function useHere(): string {
  const path = usePathname();
  const search = useSearchParams().toString();
  const [here] = useState(search ? `${path}?${search}` : path);
  return here;
}

function forgetEverything(client: QueryClient): void {
  const kept: unknown[] = [sessionQuery.queryKey[0], setupQuery.queryKey[0]];
  client.removeQueries({ predicate: (query) => !kept.includes(query.queryKey[0]) });
}
