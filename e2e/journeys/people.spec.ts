/** People come in by a link, and what is theirs is in their own hands. */

import { expect } from "@playwright/test";
import { joinAs } from "../support/people.ts";
import { signIn, test } from "../support/test.ts";

test("somebody is invited, joins, and is seen", async ({ agentlab, ada, browser }) => {
  await ada.goto(`${agentlab.url}/people`);
  await ada.getByRole("button", { name: "Invite" }).first().click();
  await ada.getByRole("textbox", { name: "Name" }).fill("Grace Hopper");
  await ada.getByRole("textbox", { name: "E-mail" }).fill("grace@example.com");
  await ada.getByRole("radio", { name: "Only some clients" }).check();
  await ada.getByRole("button", { name: "Make the link" }).click();
  const link = await ada.getByRole("textbox", { name: "Link" }).inputValue();
  await ada.getByRole("button", { name: "Done" }).click();
  const row = ada.getByRole("row", { name: /Grace Hopper/ });
  await expect(row.getByText("Invited")).toBeVisible();

  const context = await browser.newContext();
  const grace = await context.newPage();
  await grace.goto(link);
  await expect(grace.getByRole("textbox", { name: "E-mail" })).toHaveValue("grace@example.com");
  await grace.getByLabel("Password", { exact: true }).fill("a long enough password");
  await grace.getByRole("button", { name: "Join" }).click();
  await expect(grace.getByRole("button", { name: "Account of Grace Hopper" })).toBeVisible();
  await expect(row.getByText("Invited")).toBeHidden(); // told to Ada, who has not reloaded

  await grace.goto(link);
  await expect(grace.getByText("This link was used already.")).toBeVisible();

  await ada.getByRole("button", { name: "Actions for Grace Hopper" }).click();
  await ada.getByRole("menuitem", { name: "Deactivate" }).click();
  await ada.getByRole("alertdialog").getByRole("button", { name: "Deactivate" }).click();
  await expect(row.getByText("Deactivated")).toBeVisible();
  await grace.goto(agentlab.url);
  await expect(grace.getByRole("button", { name: "Sign in" })).toBeVisible();
  await context.close();
});

test("a session is revoked, and its page leads out at once", async ({ agentlab, ada, browser }) => {
  const context = await browser.newContext();
  const here = await context.newPage();
  const vera = await joinAs(here, agentlab, ada, "Vera Rubin");
  const other = await browser.newContext();
  const elsewhere = await other.newPage();
  await signIn(elsewhere, agentlab, vera);
  await elsewhere.goto(agentlab.url);
  await expect(elsewhere.getByRole("button", { name: "Account of Vera Rubin" })).toBeVisible();
  await here.goto(`${agentlab.url}/profile`);
  const sessions = here.getByRole("main").getByRole("listitem");
  await expect(sessions).toHaveCount(2);
  await here.getByRole("button", { name: /^End:/ }).click();
  await expect(sessions).toHaveCount(1);
  await expect(elsewhere.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(here.getByRole("button", { name: "Account of Vera Rubin" })).toBeVisible();
  await context.close();
  await other.close();
});

test("the language goes with the person, from browser to browser", async ({
  agentlab,
  ada,
  browser,
}) => {
  const context = await browser.newContext();
  const here = await context.newPage();
  const lise = await joinAs(here, agentlab, ada, "Lise Meitner");
  await here.goto(`${agentlab.url}/profile`);
  await here.getByRole("combobox", { name: "Language" }).click();
  await here.getByRole("option", { name: "Français" }).click();
  await here.getByRole("button", { name: "Save" }).first().click();
  await expect(here.getByRole("heading", { level: 1, name: "Profil" })).toBeVisible();
  const other = await browser.newContext();
  const elsewhere = await other.newPage();
  await signIn(elsewhere, agentlab, lise);
  await elsewhere.goto(agentlab.url);
  await expect(elsewhere.locator("html")).toHaveAttribute("lang", "fr");
  await context.close();
  await other.close();
});
