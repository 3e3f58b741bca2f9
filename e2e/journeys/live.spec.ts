/** Two browsers show the same thing: each sees what is done in the other, without asking for it. */

import type { Browser, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { AgentLab } from "../support/agentlab.ts";
import { documents, shortProject } from "../support/projects.ts";
import { ADA, importFolder, signIn, test } from "../support/test.ts";

test("what one decides the other sees, on every page and without a reload", async ({
  agentlab,
  ada,
  browser,
}) => {
  const folder = await shortProject(agentlab.root, "watched");
  const project = await importFolder(ada, agentlab, folder, "short");
  const other = await anotherBrowser(browser, agentlab);

  await test.step("the submission appears in the other's window", async () => {
    await open(other, `${agentlab.url}/projects/${project}`);
    await expect(other.getByRole("button", { name: "Submit for review" })).toBeVisible();
    await open(ada, `${agentlab.url}/projects/${project}`);
    await ada.getByRole("button", { name: "Submit for review" }).click();
    await ada.getByRole("dialog").getByRole("button", { name: "Submit for review" }).click();
    await other.getByRole("link", { name: "Read and decide" }).click();
    await expect(other.getByRole("heading", { name: "A reader" })).toBeVisible();
  });

  await test.step("a new text is said to have changed, while one reads", async () => {
    await documents(folder, { "docs/prd.md": "# A reader\n\nIt reads 50 articles.\n" });
    await ada.getByRole("button", { name: "Scan folder" }).click();
    await expect(other.getByText("A text has changed since the submission")).toBeVisible();
    await other.getByRole("button", { name: "Submit again" }).click();
    await other.getByRole("dialog").getByRole("button", { name: "Submit for review" }).click();
    await expect(other.getByText("It reads 50 articles.")).toBeVisible();
  });

  await test.step("what one is writing stays when the other is faster", async () => {
    await ada.getByRole("link", { name: "Read and decide" }).click();
    await ada.getByRole("button", { name: "Reject" }).click();
    const reason = ada.getByRole("dialog").getByLabel("What has to change");
    await reason.fill("FR1 has no");
    await other.getByRole("button", { name: "Approve" }).click();
    await other.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await expect(other.getByRole("heading", { name: "Approved" })).toBeVisible();
    await expect(ada.getByText("This submission was settled meanwhile")).toBeVisible();
    await reason.pressSequentially(" number.");
    await expect(reason).toHaveValue("FR1 has no number.");
    await ada.keyboard.press("Escape");
    await expect(ada.getByRole("heading", { name: "Approved" })).toBeVisible();
    await expect(
      ada.getByText("Written into the project’s folder:", { exact: true }),
    ).toBeVisible();
  });

  expect(await wasReloaded(ada)).toBe(false);
  expect(await wasReloaded(other)).toBe(false);
});

test("a project that another imports appears in the portfolio", async ({
  agentlab,
  ada,
  browser,
}) => {
  const other = await anotherBrowser(browser, agentlab);
  await open(other, agentlab.url);
  await expect(other.getByRole("heading", { level: 1 })).toBeVisible();
  await importFolder(ada, agentlab, await shortProject(agentlab.root, "appearing"), "short");
  await expect(other.getByRole("link", { name: "appearing" })).toBeVisible();
  expect(await wasReloaded(other)).toBe(false);
});

test("a lost connection is said, and what was missed is there when it is back", async ({
  agentlab,
  ada,
  browser,
}) => {
  const other = await anotherBrowser(browser, agentlab);
  await other.route("**/api/v1/events", (route) => route.abort());
  await open(other, agentlab.url);
  await expect(other.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(other.getByText("Live updates paused…")).toBeVisible();
  await importFolder(ada, agentlab, await shortProject(agentlab.root, "missed"), "short");
  await other.unroute("**/api/v1/events");
  await expect(other.getByRole("link", { name: "missed" })).toBeVisible();
  await expect(other.getByText("Live updates paused…")).toBeHidden();
  expect(await wasReloaded(other)).toBe(false);
});

/** Another browser, in which Ada is signed in too. */
async function anotherBrowser(browser: Browser, agentlab: AgentLab): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, agentlab, ADA);
  return page;
}

/** Go there by address; afterwards one can tell whether the page was ever loaded again. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.evaluate(() => Object.assign(window, { isFirstLoad: true }));
}

const wasReloaded = (page: Page) => page.evaluate(() => !("isFirstLoad" in window));
