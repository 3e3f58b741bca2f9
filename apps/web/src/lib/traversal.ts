let isUnderWay = false;

/**
 * Whether the browser goes back or forward. It puts the page where it was scrolled to as soon as React
 * has rendered, so that all of it has to be there by then.
 */
export const isTraversal = () => isUnderWay;

const end = () => {
  isUnderWay = false;
};

// Whoever routes listens for the same; who captures is told before.
globalThis.window?.addEventListener(
  "popstate",
  () => {
    isUnderWay = true;
    requestAnimationFrame(() => setTimeout(end));
  },
  { capture: true },
);
