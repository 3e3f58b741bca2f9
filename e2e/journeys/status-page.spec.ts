/** Administrators read the status page in AgentLab, and say there what they know. */

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { EmbeddedAgentLab } from "../support/embedded.ts";
import { stack } from "../support/stack.ts";
import { StatusSite } from "../support/status-site.ts";
import { ADA, signIn, test } from "../support/test.ts";

async function plan(page: Page, words: string, french: string) {
  await page.getByRole("button", { name: "Plan maintenance" }).click();
  const dialog = page.getByRole("dialog", { name: "Plan maintenance" });
  await dialog.getByRole("textbox", { name: "In English" }).fill(words);
  await dialog.getByRole("textbox", { name: "In French" }).fill(french);
  await dialog.getByRole("checkbox", { name: "Database" }).click();
  await dialog.getByRole("button", { name: "Announce" }).click();
  await expect(dialog).toBeHidden();
}

async function callOff(page: Page) {
  await page.getByRole("button", { name: /^Call off: Planned maintenance: Database/ }).click();
  await page.getByRole("button", { name: "Call off", exact: true }).click();
  await expect(page.getByText("The maintenance is called off.", { exact: true })).toBeVisible();
}

// A server has a prober that publishes what it finds; a desk can only be given the memory of one.
if (stack) {
  test("what is planned in the browser is what everybody reads", async ({
    agentlab,
    ada,
    browser,
  }) => {
    const words = `A new index is built: ${crypto.randomUUID()}.`;
    const french = words.replace("A new index is built", "Un nouvel index");
    await ada.goto(`${agentlab.url}/status-page`);
    await expect(ada.getByRole("row", { name: /^Web app/ })).toBeVisible();
    await plan(ada, words, french);
    const stranger = await browser.newPage();
    for (const [path, text] of [
      ["/status/", words],
      ["/status/fr/", french],
    ] as const) {
      await expect(async () => {
        await stranger.goto(agentlab.url + path);
        await expect(stranger.getByText(text)).toBeVisible({ timeout: 1_000 });
      }).toPass({ timeout: 60_000 });
    }
    await callOff(ada);
    await stranger.close();
  });
} else {
  test("a desk has none, and says why", async ({ agentlab, ada }) => {
    await ada.goto(`${agentlab.url}/status-page`);
    await expect(ada.getByText("There is no status page here")).toBeVisible();
  });

  test("words and maintenance come to what the prober keeps", async ({ page }) => {
    test.setTimeout(300_000); // an AgentLab of its own
    const site = await StatusSite.start();
    const agentlab = await EmbeddedAgentLab.start(async () => ({ AGENTLAB_STATE: site.home }));
    await page.request.post(`${agentlab.url}/api/v1/setup`, { data: ADA });
    await signIn(page, agentlab, ADA);
    await page.goto(`${agentlab.url}/status-page`);

    await page.getByRole("button", { name: "Add words: Trouble with API" }).click();
    await page.getByRole("textbox", { name: "In English" }).fill("A cable was cut.");
    await page.getByRole("button", { name: "Publish" }).click();
    const timeline = page.getByRole("list", { name: "What happened: Trouble with API" });
    await expect(timeline.getByText("A cable was cut.")).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

    await plan(page, "A new index is built.", "Un nouvel index.");
    expect(await agentlab.run("status", "planned")).toContain("Database: A new index is built.");
    await agentlab.run("status", "plan", "A disk.", "--from", "now", "--to", "1h");
    await expect(page.getByText("A disk.")).toBeVisible({ timeout: 30_000 });
    await page.getByRole("button", { name: /^End now:/ }).click();
    await page.getByRole("button", { name: "End now", exact: true }).click();
    await callOff(page);
    expect(await agentlab.run("status", "planned")).toContain("No maintenance is planned.");
    await agentlab.stop();
    await site.stop();
  });
}
