import axe from "axe-core";

// These need a layout, which jsdom has not; the end-to-end tests check them in a browser.
const needLayout = ["color-contrast", "scrollable-region-focusable"];
// A screen under test is a part of a page, not a page.
const needPage = ["region", "page-has-heading-one", "landmark-one-main"];

/** What axe finds wrong below an element, one line each; empty when nothing. */
export async function violations(element: Element): Promise<string[]> {
  const off = [...needLayout, ...needPage].map((rule) => [rule, { enabled: false }]);
  const { violations: found } = await axe.run(element, { rules: Object.fromEntries(off) });
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}
