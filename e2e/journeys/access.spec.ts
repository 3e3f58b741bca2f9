/** Every page: no axe violations, light and dark, wide and narrow, in English and French. */

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { components } from "../../apps/web/src/api/generated/schema.d.ts";
import type { AgentLab } from "../support/agentlab.ts";
import { ADA, signIn, test } from "../support/test.ts";

type Portfolio = components["schemas"]["PortfolioOut"];

const LOOKS = [
  { name: "light", colorScheme: "light", width: 1280, locale: "en-GB" },
  { name: "dark, narrow, French", colorScheme: "dark", width: 375, locale: "fr-FR" },
] as const;

async function addresses(page: Page, agentlab: AgentLab): Promise<string[]> {
  const api = `${agentlab.url}/api/v1`;
  await page.request.post(`${api}/sample`);
  const portfolio: Portfolio = await (await page.request.get(`${api}/portfolio`)).json();
  const projects = portfolio.clients.flatMap((client) =>
    client.services.flatMap((service) => service.projects),
  );
  const waiting = projects.find((project) => project.waiting_gate_id);
  if (!waiting) throw new Error("the sample has a gate waiting");
  const shown = await (await page.request.get(`${api}/projects/${waiting.id}`)).json();
  return [
    "/",
    "/welcome",
    "/import",
    `/projects/${waiting.id}`,
    `/gates/${waiting.waiting_gate_id}`,
    `/documents/${shown.documents.items[0].id}`,
  ];
}

for (const look of LOOKS) {
  test(`every page is accessible and fits: ${look.name}`, async ({ agentlab, browser }) => {
    test.slow();
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

test("the first run is accessible", async ({ fresh, page }) => {
  await page.goto(fresh.url);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await check(page, "/setup");
});

async function check(page: Page, address: string) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
  expect(found, address).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${address} scrolls sideways`).toBeLessThanOrEqual(0);
}
