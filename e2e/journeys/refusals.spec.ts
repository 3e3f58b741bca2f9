/** What cannot be done is refused with a sentence, and nothing is lost. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { Gates } from "../support/gates.ts";
import { documents, shortProject } from "../support/projects.ts";
import { importFolder, signIn, test } from "../support/test.ts";

test("folders that cannot be imported are refused with the reason", async ({ agentlab, ada }) => {
  await ada.goto(`${agentlab.url}/import`);
  const path = ada.getByLabel("Folder on the server");
  for (const [folder, sentence] of [
    ["/etc", "outside the allowed roots"],
    [join(agentlab.root, "nowhere"), "does not exist"],
    ["relative", "in full"],
  ] as const) {
    await path.fill(folder);
    await ada.getByRole("button", { name: "Look inside" }).click();
    await expect(ada.getByText(sentence)).toBeVisible();
    await expect(path).toHaveValue(folder);
  }
});

test("a folder without a method offers its documents", async ({ agentlab, ada }) => {
  const folder = join(agentlab.root, "notes");
  await mkdir(folder);
  await documents(folder, { "README.md": "# Notes\n" });
  await ada.goto(`${agentlab.url}/import`);
  await ada.getByLabel("Folder on the server").fill(folder);
  await ada.getByRole("button", { name: "Look inside" }).click();
  await expect(ada.getByText("There is no planning method in this folder.")).toBeVisible();
  await ada.getByRole("button", { name: /documents only|Continue/ }).click();
  await ada.getByRole("combobox", { name: "Client" }).fill("Notes");
  await ada.getByRole("combobox", { name: "Service" }).fill("Notes");
  await ada.getByRole("button", { name: "Import 1 document" }).click();
  await expect(ada.getByRole("heading", { level: 1, name: "notes" })).toBeVisible();
  await expect(ada.getByRole("link", { name: "Notes" }).first()).toBeVisible();
});

test("a text that changed after the submission cannot be approved", async ({ agentlab, ada }) => {
  const folder = await shortProject(agentlab.root, "changing");
  const project = await importFolder(ada, agentlab, folder, "short");
  await ada.goto(`${agentlab.url}/projects/${project}`);
  const gates = new Gates(ada);
  await gates.submit();
  await gates.open();
  await expect(ada.getByRole("heading", { name: "A reader" })).toBeVisible();
  await documents(folder, { "docs/prd.md": "# Another text\n" });
  await gates.approve();
  await expect(ada.getByText(/docs\/prd\.md/).first()).toBeVisible();
  await expect(ada.getByText(/changed/).first()).toBeVisible();
  await ada.reload();
  await expect(ada.getByText("In review").first()).toBeVisible();
});

test("a viewer reads everything and is told why not more", async ({ agentlab, ada, browser }) => {
  const folder = await shortProject(agentlab.root, "viewed");
  const project = await importFolder(ada, agentlab, folder, "short");
  const printed = await agentlab.run("user", "add", "vera@example.com", "--name", "Vera Rubin");
  const password = printed.split("Password: ")[1]?.trim() ?? "";
  const page = await (await browser.newContext()).newPage();
  await signIn(page, agentlab, { email: "vera@example.com", password });
  await page.goto(`${agentlab.url}/projects/${project}`);
  const submit = page.getByRole("button", { name: "Submit for review" });
  await expect(submit).toHaveAttribute("aria-disabled", "true");
  await expect(submit).toHaveAccessibleDescription(/Viewers can read/);
});

test("what the command line imports is there in the browser", async ({ agentlab, ada }) => {
  const folder = await shortProject(agentlab.root, "by-command");
  const words = ["--client", "Command", "--service", "Line", "--workflow", "short", "--json"];
  const printed = JSON.parse(await agentlab.run("import", folder, ...words));
  await ada.goto(`${agentlab.url}/projects/${printed.project_id}`);
  await expect(ada.getByRole("heading", { level: 1, name: "by-command" })).toBeVisible();
});
