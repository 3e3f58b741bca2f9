/** While a page fills, nothing jumps away from under the pointer, however late replies come. */

import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { addresses } from "../support/pages.ts";
import { test } from "../support/test.ts";

/** Up to which a page counts as steady: the "good" of Web Vitals' Cumulative Layout Shift. */
const STEADY = 0.1;
/** What the browser's `layout-shift` entries say; TypeScript does not know them. */
type Shift = PerformanceEntry & { value: number; sources: { node: Node | null }[] };
type Moved = { by: number; what: string[] };

test("no page jumps while it fills", async ({ agentlab, ada }) => {
  test.setTimeout(240_000); // two dozen pages
  const all = await addresses(ada, agentlab);
  await watch(ada);
  await answerLate(ada);
  for (const address of all) {
    await ada.goto(agentlab.url + address);
    await expect(ada.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await ada.waitForLoadState("networkidle");
    const moved = await ada.evaluate(() => (window as unknown as { moved: Moved[] }).moved);
    const sum = moved.reduce((all, { by }) => all + by, 0);
    expect.soft(sum, `${address} ${JSON.stringify(moved)}`).toBeLessThan(STEADY);
  }
});

async function watch(page: Page) {
  await page.addInitScript(() => {
    const moved: Moved[] = [];
    Object.assign(window, { moved });
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries() as Shift[]) {
        moved.push({ by: value, what: sources.map(({ node }) => `${node?.textContent}`) });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Each reply in a render of its own, and seldom in the order in which they were asked for. */
async function answerLate(page: Page) {
  let asked = 0;
  await page.route("**/api/v1/**", async (route) => {
    const wait = 25 * ((asked++ * 7) % 10);
    await new Promise((resolve) => setTimeout(resolve, wait));
    await route.continue().catch(() => undefined); // the page has gone on meanwhile
  });
}
