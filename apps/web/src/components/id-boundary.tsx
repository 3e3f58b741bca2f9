"use client";

import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { Fragment, useEffect, useLayoutEffect, useRef } from "react";
import { useHydrated } from "@/lib/route-ids";

type Props = { children: ReactNode };

/**
 * Stands around everything that depends on an id in the path.
 *
 * One exported page serves all ids, so Next does not see that `/projects/a` and `/projects/b`
 * differ: without the key, state would leak from one to the other, and the scroll position too.
 */
export function IdBoundary({ children }: Props) {
  const path = usePathname();
  useScrollReset(path);
  if (!useHydrated()) return null;
  return <Fragment key={path}>{children}</Fragment>;
}

/** To the top when the path changes, except on back and forward, where the browser restores it. */
function useScrollReset(path: string): void {
  const last = useRef(path);
  const wentBackTo = useRef<string>(null);
  useEffect(() => {
    const remember = () => {
      wentBackTo.current = window.location.pathname;
    };
    // Whoever routes listens for the same; who captures is told before.
    window.addEventListener("popstate", remember, { capture: true });
    return () => window.removeEventListener("popstate", remember, { capture: true });
  }, []);
  useLayoutEffect(() => {
    if (last.current !== path && wentBackTo.current !== path) window.scrollTo(0, 0);
    last.current = path;
    wentBackTo.current = null;
  }, [path]);
}
