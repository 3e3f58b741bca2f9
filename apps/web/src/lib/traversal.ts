let arrivingAt: string | null = null;

/**
 * Whether the browser goes back or forward to this path. It scrolls to where the page was left as soon
 * as React has rendered, so that all of the page has to be there by then.
 */
export const isTraversal = (path: string) => arrivingAt === path;

/** The page is there; whatever comes next is another way to go. */
export function endTraversal(): void {
  arrivingAt = null;
}

// Whoever routes listens for the same; who captures is told before.
globalThis.window?.addEventListener(
  "popstate",
  () => {
    arrivingAt = window.location.pathname;
  },
  { capture: true },
);
