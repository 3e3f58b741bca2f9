"use client";

import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { Fragment, useLayoutEffect, useRef } from "react";
import { useHydrated } from "@/lib/route-ids";
import { endTraversal, isTraversal } from "@/lib/traversal";

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
  useLayoutEffect(() => {
    if (last.current !== path && !isTraversal(path)) window.scrollTo(0, 0);
    last.current = path;
    endTraversal();
  }, [path]);
}
