/** A person asks what is known of them, and to be forgotten; the trail stays whole. */

import { expect } from "@playwright/test";
import { joinAs } from "../support/people.ts";
import { signIn, test } from "../support/test.ts";

test("what is known of a person is handed out, then erased", async ({ agentlab, ada, browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const theodora = await joinAs(page, agentlab, ada, "Theodora Byzant", { role: "product_owner" });
  const made = await page.request.post(`${agentlab.url}/api/v1/clients`, {
    data: { name: "Theodora Byzant & Sons" },
  });
  expect(made.status()).toBe(201);

  await ada.goto(`${agentlab.url}/people`);
  const openData = async () => {
    await ada.getByRole("button", { name: "Actions for Theodora Byzant" }).click();
    await ada.getByRole("menuitem", { name: "Personal data" }).click();
  };
  await openData();
  const download = ada.waitForEvent("download");
  await ada.getByRole("link", { name: "Export everything about them" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.zip$/);
  await ada.getByRole("button", { name: "Erase" }).click();
  const dialog = ada.getByRole("dialog", { name: "Erase Theodora Byzant" });
  await dialog.getByRole("textbox").fill(theodora.email);
  await dialog.getByRole("button", { name: "Erase" }).click();
  await expect(ada.getByText(/^Erased\. \d+ entries of the audit trail/)).toBeVisible();
  await expect(ada.getByRole("row", { name: /Theodora/ })).toHaveCount(0);

  await page.goto(agentlab.url);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(signIn(page, agentlab, theodora)).rejects.toThrow();
  const verified = JSON.parse(await agentlab.run("audit", "verify", "--json"));
  expect(verified).toMatchObject({ whole: true, troubles_total: 0 });
  await context.close();
});
