import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import {
  PathnameContext,
  SearchParamsContext,
} from "next/dist/shared/lib/hooks-client-context.shared-runtime";
import type { ReactNode } from "react";
import { useMemo, useState } from "react";
import type { Account } from "@/api/session";
import { AccountContext, sessionKey } from "@/api/session";
import { LanguageProvider } from "@/components/language-provider";
import type { Language } from "@/lib/language";
import { chooseLanguage } from "@/lib/language";
import { makeQueryClient } from "@/lib/query-client";
import { Toaster } from "@/ui/toaster";
import { TooltipProvider } from "@/ui/tooltip";
import { ada } from "./world/people";

type Options = {
  /** Where the browser is: `/import?import=…`. */
  at?: string;
  language?: Language;
  /** Who is signed in; null renders as if nobody had asked yet. */
  as?: Account | null;
};

/** Renders a screen as the app would. `where()` says to which address it has gone since. */
export function renderScreen(screen: ReactNode, options: Options = {}) {
  const { at = "/", language = "en", as = ada } = options;
  chooseLanguage(language);
  const client = makeQueryClient();
  if (as) client.setQueryData(sessionKey, as);
  const place = { current: at };
  const user = userEvent.setup();
  const view = render(
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <TooltipProvider>
          <AccountContext value={as}>
            <Router place={place}>{screen}</Router>
          </AccountContext>
          <Toaster label="Notifications" closeLabel="Close" />
        </TooltipProvider>
      </LanguageProvider>
    </QueryClientProvider>,
  );
  return { ...view, user, client, where: () => place.current };
}

/**
 * Next's own contexts, filled by hand: addresses change, pages are not loaded. A screen about one
 * thing, such as `/clients/<id>`, goes when another page comes, as in the app: it cannot stand there
 * without its id.
 */
function Router({ place, children }: { place: { current: string }; children: ReactNode }) {
  const [address, setAddress] = useState(place.current);
  const [page] = useState(() => pageWithId(address));
  const router = useMemo(() => {
    const go = (to: string) => {
      place.current = to;
      setAddress(to);
    };
    const stay = () => {};
    return { push: go, replace: go, prefetch: stay, refresh: stay, back: stay, forward: stay };
  }, [place]);
  const url = new URL(address, "http://agentlab.test");
  return (
    <AppRouterContext value={router as never}>
      <PathnameContext value={url.pathname}>
        <SearchParamsContext value={url.searchParams}>
          {page === null || pageWithId(address) === page ? children : null}
        </SearchParamsContext>
      </PathnameContext>
    </AppRouterContext>
  );
}

/** `clients` of `/clients/<id>`; null for a page that is about no one thing. */
function pageWithId(address: string): string | null {
  const [, page, id] = new URL(address, "http://agentlab.test").pathname.split("/");
  return page && id ? page : null;
}
