/** Every page: no axe violations, light and dark, wide and narrow, in English and French. */

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { makeProject } from "../support/levels.ts";
import { addresses } from "../support/pages.ts";
import { ADA, signIn, test } from "../support/test.ts";

const LOOKS = [
  { name: "light", colorScheme: "light", width: 1280, locale: "en-GB" },
  { name: "dark, narrow, French", colorScheme: "dark", width: 375, locale: "fr-FR" },
] as const;

for (const look of LOOKS) {
  test(`every page is accessible and fits: ${look.name}`, async ({ agentlab, browser }) => {
    test.setTimeout(240_000); // two dozen pages
    const context = await browser.newContext({
      colorScheme: look.colorScheme,
      locale: look.locale,
      viewport: { width: look.width, height: 800 },
    });
    const page = await context.newPage();
    await page.goto(`${agentlab.url}/sign-in`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await check(page, "/sign-in");
    await signIn(page, agentlab, ADA);
    for (const address of await addresses(page, agentlab)) {
      await page.goto(agentlab.url + address);
      await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
      await page.waitForLoadState("networkidle");
      await check(page, address);
    }
    await context.close();
  });
}

test("a name without an end stays within the dialog that asks for it", async ({
  agentlab,
  ada,
}) => {
  const name = crypto.randomUUID().replaceAll("-", "").padEnd(200, "W");
  const { projectId } = await makeProject(ada, agentlab, {
    client: name,
    service: name,
    project: name,
  });
  await ada.setViewportSize({ width: 375, height: 800 });
  await ada.goto(`${agentlab.url}/projects/${projectId}`);
  await ada.getByRole("button", { name: `More about ${name}` }).click();
  await ada.getByRole("menuitem", { name: "Delete…" }).click();
  const dialog = ada.getByRole("dialog", { name: new RegExp(name) });
  await expect(dialog).toBeInViewport({ ratio: 1 });
  const wider = await dialog.evaluate((box) =>
    [box, ...box.querySelectorAll("*")]
      .filter((each) => each.getBoundingClientRect().right > box.getBoundingClientRect().right)
      .map((each) => each.tagName),
  );
  expect(wider).toEqual([]);
  await expect(dialog.getByRole("button", { name: "Close" })).toBeInViewport({ ratio: 1 });
});

test("the first run is accessible", async ({ fresh, page }) => {
  await page.goto(fresh.url);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await check(page, "/setup");
});

async function check(page: Page, address: string) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
  expect.soft(found, address).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect.soft(overflow, `${address} scrolls sideways`).toBeLessThanOrEqual(0);
}
