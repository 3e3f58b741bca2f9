/** Whoever has the host can always come back in. */

import { expect } from "@playwright/test";
import { ADA, test } from "../support/test.ts";

test("an administrator who lost the password comes back from the host", async ({ fresh, page }) => {
  test.slow(); // each command is a program that starts
  const { status } = await fetch(`${fresh.url}/api/v1/setup`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ADA),
  });
  expect(status).toBe(201);
  const signIn = async (password: string) => {
    await page.getByLabel("E-mail").fill(ADA.email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };

  expect(await fresh.run("user", "list")).toContain(ADA.email);
  const printed = await fresh.run("user", "reset", ADA.email, "--administrator");
  await page.goto(`${fresh.url}/people`);
  await signIn(ADA.password);
  await expect(page.getByText("The e-mail or the password is wrong.")).toBeVisible();
  await signIn(/Password: (\S+)/.exec(printed)?.[1] ?? "");
  await expect(page.getByRole("row", { name: /Ada Lovelace/ })).toContainText("Administrator");
  await page.goto(`${fresh.url}/audit`);
  await expect(page.getByRole("button", { name: /user\.password_reset/ })).toBeVisible();
});
