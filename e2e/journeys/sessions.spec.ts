import { expect } from "@playwright/test";
import { ADA, test } from "../support/test.ts";

test("a page asks for sign-in and comes back to where one was going", async ({
  agentlab,
  page,
}) => {
  await page.goto(`${agentlab.url}/import`);
  await page.getByLabel("E-mail").fill(ADA.email);
  await page.getByLabel("Password", { exact: true }).fill("wrong password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The e-mail or the password is wrong.")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(ADA.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByLabel("Folder on the server")).toBeVisible();
});

test("signing out ends the session", async ({ agentlab, ada }) => {
  await ada.goto(agentlab.url);
  await ada.getByRole("button", { name: "Account of Ada Lovelace" }).click();
  await ada.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(ada.getByRole("button", { name: "Sign in" })).toBeVisible();
  expect((await ada.request.get(`${agentlab.url}/api/v1/session`)).status()).toBe(401);
});

test("the interface speaks French", async ({ agentlab, ada }) => {
  await ada.request.post(`${agentlab.url}/api/v1/sample`);
  await ada.goto(agentlab.url);
  await ada.getByRole("button", { name: "Language" }).click();
  const chosen = ada.waitForResponse(`${agentlab.url}/api/v1/profile`);
  await ada.getByRole("menuitemradio", { name: "Français" }).click();
  await chosen;
  await expect(ada.getByRole("heading", { level: 1, name: "Portefeuille" })).toBeVisible();
  await ada.reload();
  await expect(ada.locator("html")).toHaveAttribute("lang", "fr");
  // It goes with her from now on, into the journeys that follow.
  await ada.getByRole("button", { name: "Langue" }).click();
  const kept = ada.waitForResponse(`${agentlab.url}/api/v1/profile`);
  await ada.getByRole("menuitemradio", { name: "English" }).click();
  await kept;
  await ada.reload();
  await expect(ada.locator("html")).toHaveAttribute("lang", "en");
});
