"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { useEffect } from "react";
import { sessionQuery, setupQuery } from "@/api/session";
import { paths } from "@/lib/paths";
import { useHydrated } from "@/lib/route-ids";
import { ErrorState } from "./error-state";
import { Logo } from "./logo";
import { LanguageMenu, ThemeMenu } from "./preferences-menus";

type Props = {
  /** Whether this page is the first-run page; otherwise it is the one to sign in. */
  isSetup?: boolean;
  /** Where somebody goes who is signed in, now or already. */
  after: string;
  /** Why signing in elsewhere did not work: it goes along to the other of the two pages. */
  problem?: string | null;
  children: ReactNode;
};

/** The frame of the two pages for people who are not signed in. It sends others where they belong. */
export function FrontDoor({ isSetup = false, after, problem = null, children }: Props) {
  const isHydrated = useHydrated();
  const session = useQuery(sessionQuery);
  const setup = useQuery(setupQuery);
  const router = useRouter();
  const elsewhere = session.data
    ? after
    : setup.data && setup.data.needs_first_administrator !== isSetup
      ? isSetup
        ? paths.signIn()
        : paths.setup(problem)
      : null;
  useEffect(() => {
    if (elsewhere) router.replace(elsewhere);
  }, [elsewhere, router]);
  if (!isHydrated) return null;
  const failed = [session, setup].find((query) => query.isError);
  const isKnown = session.isSuccess && setup.isSuccess && !elsewhere;
  return (
    <PublicFrame>
      {failed && <ErrorState error={failed.error} onRetry={() => failed.refetch()} />}
      {isKnown && children}
    </PublicFrame>
  );
}

/** The frame of every page that one sees without being signed in. */
export function PublicFrame({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh grid-rows-[auto_1fr]">
      <header className="flex h-12 items-center justify-between px-4 sm:px-6">
        <span className="flex items-center gap-2 font-semibold tracking-tight">
          <Logo /> AgentLab
        </span>
        <div className="flex">
          <LanguageMenu />
          <ThemeMenu />
        </div>
      </header>
      <main className="mx-auto w-full max-w-sm px-4 pt-[8vh] pb-12">{children}</main>
    </div>
  );
}
