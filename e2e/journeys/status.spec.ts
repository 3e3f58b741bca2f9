/** The status page, as people read it: with and without its script, open for a long time. */

import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";
import { StatusSite } from "../support/status-site.ts";

const test = base.extend<{ site: StatusSite }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  site: async ({}, use) => {
    const site = await StatusSite.start();
    await use(site);
    await site.stop();
  },
});

const RENEWED = /data-renewed="[^"]+"/;

function renewedAt(date: Date): string {
  return `data-renewed="${date.toISOString()}"`;
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const path of ["", "fr/"]) {
    test(`anybody can read it: ${colorScheme}, /${path}`, async ({ page, site }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(site.url + path);
      await page.locator("summary").click();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations).toEqual([]);
    });
  }
}

test("it fits a telephone", async ({ page, site }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of ["", "fr/"]) {
    await page.goto(site.url + path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(320);
  }
});

test.describe("without its script", () => {
  test.use({ javaScriptEnabled: false });

  test("it says everything", async ({ page, site }) => {
    await page.goto(site.url);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(
      "A part that people use is not available",
    );
    await expect(page.getByText("Does not work: the answer is not the right one")).toBeVisible();
    await expect(page.getByRole("heading", { name: "Trouble with API" })).toBeVisible();
    await expect(page.getByText(/^Checked .* UTC$/)).toBeVisible();
    await page.getByText("AgentLab not available").click();
    await expect(page.getByText("Nothing answers at the entrance")).toBeVisible();
    await page.getByRole("link", { name: "Français" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(
      "Une partie d’AgentLab est indisponible",
    );
  });
});

test.describe("in another time zone", () => {
  test.use({ timezoneId: "Pacific/Auckland" });

  test("moments are told as they are there", async ({ page, site }) => {
    await site.publish((text) =>
      text.replace(/<time datetime="[^"]+"/, '<time datetime="2026-11-24T13:05:00+00:00"'),
    );
    await page.goto(site.url);
    await expect(page.locator("time").first()).toHaveText("25 November 2026 at 02:05");
  });
});

test("a page that stays open follows the news and keeps its place", async ({ page, site }) => {
  await page.clock.install();
  await page.goto(site.url);
  await page.locator("summary").click();
  await site.publish((text) =>
    text
      .replace("<h1>A part that people use is not available</h1>", "<h1>Everything works</h1>")
      .replace(RENEWED, renewedAt(new Date(Date.now() + 1000))),
  );
  await page.clock.runFor(31_000);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Everything works");
  await expect(page.locator("details")).toHaveAttribute("open", "");
  await expect(page.locator("summary")).toBeFocused();
});

test("a page that is no longer renewed says so", async ({ page, site }) => {
  await page.goto(site.url);
  const warning = page.getByText("This page has not been renewed for a while.");
  await expect(warning).toBeHidden();
  await site.publish((text) => text.replace(RENEWED, renewedAt(new Date(Date.now() - 4 * 60_000))));
  await page.reload();
  await expect(warning).toBeVisible();
});

test("nobody's selection is lost to news", async ({ page, site }) => {
  await page.clock.install();
  await page.goto(site.url);
  await page.getByRole("heading", { level: 1 }).selectText();
  await site.publish((text) =>
    text.replace(RENEWED, renewedAt(new Date(Date.now() + 1000))).replace("<h1>A", "<h1>B"),
  );
  await page.clock.runFor(31_000);
  expect(await page.evaluate(() => String(getSelection()))).toContain("A part that people use");
});
