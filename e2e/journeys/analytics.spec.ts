import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "@playwright/test";
import { addSample } from "../support/pages.ts";
import { ADA, test } from "../support/test.ts";

test("from the figures to the work behind them", async ({ fresh, page }) => {
  await page.goto(fresh.url);
  await page.getByLabel("Name").fill(ADA.name);
  await page.getByLabel("E-mail").fill(ADA.email);
  await page.getByLabel("Password", { exact: true }).fill(ADA.password);
  await page.getByRole("button", { name: "Create the account" }).click();
  await page.getByRole("button", { name: "Add the sample portfolio" }).waitFor();
  await page.goto(`${fresh.url}/analytics`);
  await expect(page.getByText("No figures yet")).toBeVisible();

  await page.goto(`${fresh.url}/welcome`);
  await addSample(page);
  await page.goto(`${fresh.url}/analytics`);
  const stages = page.getByRole("region", { name: "Time per stage" });
  await expect(stages.getByRole("listitem").first()).toBeVisible();
  await stages.getByText("The numbers: Time per stage").click();
  await expect(stages.getByRole("table")).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  const download = page.waitForEvent("download");
  await stages.getByRole("link", { name: "Download as CSV: Time per stage" }).click();
  const file = await (await download).path();
  expect(await readFile(file, "utf8")).toContain("done_median_hours");

  await page.getByRole("combobox", { name: "Client" }).click();
  await page.getByRole("option", { name: "Maison Lumière" }).click();
  await expect(page).toHaveURL(/client=/);
  await page.getByText(/^Waits for Ada Lovelace/).click();
  await page.getByRole("link", { name: /Lecteur RSS/ }).click();
  await expect(
    page.getByRole("heading", { name: "Lecteur RSS : exigences du produit" }),
  ).toBeVisible();
});
