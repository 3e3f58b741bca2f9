/** Nothing jumps away from under the pointer while a page fills, nor on the way back to it. */

import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { addresses } from "../support/pages.ts";
import { shortProject } from "../support/projects.ts";
import { importFolder, test } from "../support/test.ts";

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

test("whoever goes back finds a project's page where they left it", async ({ agentlab, ada }) => {
  const folder = await shortProject(agentlab.root, "place");
  const project = await importFolder(ada, agentlab, folder, "short");
  await ada.goto(`${agentlab.url}/projects/${project}`);
  await ada.waitForLoadState("networkidle"); // what still comes above would move what is below
  const contacts = ada.getByRole("heading", { name: "Contacts" });
  await contacts.scrollIntoViewIfNeeded();
  const left = await ada.evaluate(() => window.scrollY);
  expect(left).toBeGreaterThan(100);
  await ada.keyboard.press("g");
  await ada.keyboard.press("a");
  await expect(ada.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
  await ada.goBack();
  await expect(contacts).toBeInViewport();
  await expect.poll(() => ada.evaluate(() => window.scrollY)).toBe(left);
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
