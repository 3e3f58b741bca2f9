import { expect } from "@playwright/test";
import { addSample } from "../support/pages.ts";
import { ADA, test } from "../support/test.ts";

test("a newcomer explores the sample data and decides the gate that waits", async ({
  fresh,
  page,
}) => {
  await page.goto(fresh.url);
  await page.getByLabel("Name").fill(ADA.name);
  await page.getByLabel("E-mail").fill(ADA.email);
  await page.getByLabel("Password", { exact: true }).fill(ADA.password);
  await page.getByRole("button", { name: "Create the account" }).click();
  await addSample(page);

  await page.goto(fresh.url);
  await expect(page.getByText("3 projects", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "1 waiting for a decision" }).click();
  await expect(page.locator("[data-project]")).toHaveCount(1);
  await page.getByRole("link", { name: "Ada Lovelace decides" }).click();
  await expect(
    page.getByRole("heading", { name: "Lecteur RSS : exigences du produit" }),
  ).toBeVisible();
  await page.keyboard.press("a");
  await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await expect(page.getByText("The next stage is “Create the front-end spec”.")).toBeVisible();
});
