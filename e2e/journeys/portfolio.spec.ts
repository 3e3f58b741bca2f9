/** A team puts its portfolio in, and finds its way over it. */

import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { make, makeProject } from "../support/levels.ts";
import { test } from "../support/test.ts";

test("a team sets up its portfolio", async ({ agentlab, ada }) => {
  test.slow();
  await makeProject(ada, agentlab, { client: "First", service: "First", project: "First" });
  await ada.goto(agentlab.url);
  await ada.getByRole("button", { name: "New client" }).click();
  const dialog = ada.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Clinique Élan");
  await choose(ada, "Business domain", "Healthcare");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(ada.getByRole("heading", { level: 1, name: "Clinique Élan" })).toBeVisible();
  await expect(ada.getByText("Healthcare")).toBeVisible();

  await ada.goto(`${agentlab.url}/clients`);
  await ada.getByRole("searchbox", { name: "Search clients" }).fill("elan");
  await ada.getByRole("link", { name: "Clinique Élan" }).click();
  await ada.getByRole("button", { name: "New service" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Patient records");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(ada.getByRole("heading", { level: 1, name: "Patient records" })).toBeVisible();

  await ada.getByRole("button", { name: "New project" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Letters to doctors");
  await dialog.getByRole("textbox", { name: "Key" }).fill("letters");
  await choose(ada, "Implementation type", "RAG");
  await dialog.getByRole("button", { name: "Create" }).click();
  const title = ada.getByRole("heading", { level: 1, name: /Letters to doctors/ });
  await expect(title).toContainText("Draft");
  await ada.goto(`${agentlab.url}/projects/letters`);
  await expect(title).toContainText("Draft");

  const status = ada.getByRole("button", { name: "Status" });
  await status.click();
  await dialog.getByRole("radio", { name: /^Active/ }).check();
  await dialog.getByRole("button", { name: "Change status" }).click();
  await expect(title).toContainText("Active");
  await status.click();
  await dialog.getByRole("radio", { name: /^Blocked/ }).check();
  await dialog.getByRole("button", { name: "Change status" }).click();
  const reason = dialog.getByRole("textbox", { name: "Reason" });
  await expect(reason).toBeFocused(); // a block without a reason is none
  await reason.fill("The hospital has not sent the letters.");
  await dialog.getByRole("button", { name: "Change status" }).click();
  await expect(title).toContainText("Blocked");
  await ada.getByText("Facts and history").click();
  const history = ada.getByRole("region", { name: "History" });
  await expect(history.getByText("Draft → Active")).toBeVisible();
  await expect(history.getByText("Active → Blocked")).toBeVisible();
  await expect(history.getByText("The hospital has not sent the letters.")).toBeVisible();

  await ada.getByRole("button", { name: "Link a contact" }).click();
  await dialog.getByRole("button", { name: "New contact" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Elizabeth Blackwell");
  await dialog.getByRole("textbox", { name: "E-mail" }).fill("blackwell@example.com");
  await dialog.getByRole("button", { name: "Add contact" }).click();
  await dialog.getByRole("checkbox", { name: /Reviewer/ }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  const linked = ada.getByRole("listitem").filter({ hasText: "Elizabeth Blackwell" });
  await expect(linked.getByText("Reviewer")).toBeVisible();
  await expect(linked.getByText("Approver")).toBeVisible();

  await ada.goto(`${agentlab.url}/applications`);
  await ada.getByRole("button", { name: "New application" }).first().click();
  await choose(ada, "Client", "Clinique Élan");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Letter box");
  await dialog.getByRole("button", { name: "Add application" }).click();
  await expect(ada.getByRole("heading", { level: 1, name: "Letter box" })).toBeVisible();
  await ada.getByRole("button", { name: "Link a project" }).click();
  await choose(ada, "Project", "Letters to doctors · LETTERS");
  await dialog.getByRole("radio", { name: /Builds it/ }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await ada.getByRole("link", { name: "Letters to doctors" }).click();
  await expect(ada.getByRole("link", { name: "Letter box" })).toBeVisible();
});

test("projects are found by the palette, and switched without the mouse", async ({
  agentlab,
  ada,
}) => {
  const names = { client: "Palette & Sons", service: "Colours", project: "Ultramarine" };
  const { serviceId } = await makeProject(ada, agentlab, names);
  await make(ada, agentlab, "projects", { name: "Vermilion", service_id: serviceId });
  await ada.goto(agentlab.url);
  await expect(ada.getByRole("heading", { level: 1, name: "Portfolio" })).toBeVisible();
  for (const [typed, name] of [
    ["ultra", "Ultramarine"],
    ["vermi", "Vermilion"],
  ] as const) {
    await ada.keyboard.press("Control+k");
    await ada.keyboard.type(typed);
    const found = ada.getByRole("option", { name: new RegExp(name), selected: true });
    await expect(found).toBeVisible();
    await ada.keyboard.press("Enter");
    await expect(ada.getByRole("heading", { level: 1, name: new RegExp(name) })).toBeVisible();
  }
  await ada.keyboard.press("Control+k");
  const recent = ada.getByRole("group", { name: "Recent projects" });
  await expect(recent.getByRole("option", { name: /Vermilion/ })).toBeVisible();
  await recent.getByRole("option", { name: /Ultramarine/ }).click();
  await expect(ada.getByRole("heading", { level: 1, name: /Ultramarine/ })).toBeVisible();
  for (const [key, title] of [
    ["a", "Activity"],
    ["y", "Analytics"],
    ["p", "Portfolio"],
  ] as const) {
    await ada.keyboard.press("g");
    await ada.keyboard.press(key);
    await expect(ada.getByRole("heading", { level: 1, name: title })).toBeVisible();
  }
  await ada.keyboard.press("?");
  await expect(ada.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

test("the dashboard is narrowed by typing and by status, and kept as a view", async ({
  agentlab,
  ada,
}) => {
  const names = { client: "Sieve Works", service: "Sieves", project: "Coarse sieve" };
  const { serviceId } = await makeProject(ada, agentlab, names);
  const fine = await make(ada, agentlab, "projects", { name: "Fine sieve", service_id: serviceId });
  await ada.request.put(`${agentlab.url}/api/v1/projects/${fine}/status`, {
    data: { status: "active", reason: "" },
  });
  await ada.goto(agentlab.url);
  await ada.getByRole("searchbox", { name: "Search the portfolio" }).fill("sieve works");
  const projects = ada.locator("[data-project]");
  await expect(projects).toHaveCount(2);
  await ada.getByRole("main").getByRole("button", { name: "Status", exact: true }).click();
  await ada.getByRole("checkbox", { name: /^Active/ }).check();
  await expect(projects).toHaveCount(1);
  await expect(projects).toContainText("Fine sieve");
  await ada.keyboard.press("Escape");

  await ada.getByRole("button", { name: "Views" }).click();
  await ada.getByRole("textbox", { name: "Name of a new view" }).fill("Sieves at work");
  await ada.getByRole("button", { name: "Save this view" }).click();
  const view = ada.getByRole("button", { name: "Sieves at work", exact: true });
  await expect(view).toBeVisible();
  await ada.goto(agentlab.url);
  await expect(ada.getByText("Coarse sieve")).toBeVisible();
  await ada.getByRole("button", { name: "Views" }).click();
  await view.click();
  await expect(projects).toHaveCount(1);
  await expect(projects).toContainText("Fine sieve");
  await ada.getByRole("button", { name: "Views" }).click();
  await ada.getByRole("button", { name: "Rename “Sieves at work”" }).click();
  await ada.getByRole("textbox", { name: /^New name/ }).fill("Fine ones");
  await ada.keyboard.press("Enter");
  await expect(ada.getByRole("button", { name: "Fine ones", exact: true })).toBeVisible();
});

test("a spreadsheet says what it would make, and then makes it", async ({ agentlab, ada }) => {
  await ada.goto(`${agentlab.url}/spreadsheets`);
  const file = ada.getByLabel("CSV file");
  const wrong = [...ROWS.slice(0, -1), "Sheet & Co;Ledgers;Inventory;no-such-status"];
  await file.setInputFiles(csv(wrong));
  await expect(ada.getByText("One row needs a correction")).toBeVisible();
  const go = ada.getByRole("button", { name: "Import", exact: true });
  await expect(go).toHaveAccessibleDescription(/Correct the rows/);
  await file.setInputFiles(csv(ROWS));
  await expect(ada.getByText("Everything can be imported")).toBeVisible();
  const made = "one client, 2 services and 3 projects";
  await expect(ada.getByText(`The import makes ${made}.`)).toBeVisible();
  await go.click();
  await expect(ada.getByText(/One client, 2 services and 3 projects were made/)).toBeVisible();
  await ada.getByRole("link", { name: "Inventory" }).click();
  await expect(ada.getByRole("heading", { level: 1, name: /Inventory/ })).toContainText("Active");
});

const ROWS = [
  "client;service;project;status",
  "Sheet & Co;Ledgers;Daybook;draft",
  "Sheet & Co;Stores;Shelves;draft",
  "Sheet & Co;Ledgers;Inventory;active",
];

function csv(rows: readonly string[]) {
  return {
    name: "portfolio.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`${rows.join("\r\n")}\r\n`),
  };
}

/** Chooses in a field that offers something, found by typing or in a list. */
async function choose(page: Page, label: string, option: string) {
  const field = page.getByRole("dialog").getByRole("combobox", { name: label });
  const isTyped = await field.evaluate((element) => element instanceof HTMLInputElement);
  await field.click();
  if (isTyped) await field.pressSequentially(option.slice(0, 4));
  await page.getByRole("option", { name: option, exact: true }).click();
}
