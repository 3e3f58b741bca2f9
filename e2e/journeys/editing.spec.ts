/** Nobody's work is lost: neither to somebody else's, nor to a click too many. */

import { rename } from "node:fs/promises";
import { expect } from "@playwright/test";
import { Gates } from "../support/gates.ts";
import { makeProject } from "../support/levels.ts";
import { joinAs } from "../support/people.ts";
import { shortProject } from "../support/projects.ts";
import { importFolder, test } from "../support/test.ts";

test("two people edit the same project, and nothing is lost", async ({
  agentlab,
  ada,
  browser,
}) => {
  const names = { client: "Two Pens", service: "Writing", project: "One page" };
  const { projectId } = await makeProject(ada, agentlab, names);
  const context = await browser.newContext();
  const bob = await context.newPage();
  await joinAs(bob, agentlab, ada, "Bob Woodward", { role: "product_owner" });
  for (const page of [ada, bob]) {
    await page.goto(`${agentlab.url}/projects/${projectId}`);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
  }
  const hers = ada.getByRole("dialog", { name: /^Edit/ });
  await hers.getByRole("textbox", { name: "Name" }).fill("One page by Ada");
  await hers.getByRole("textbox", { name: "Description" }).fill("What Ada wrote.");
  await hers.getByRole("button", { name: "Save" }).click();
  await expect(ada.getByRole("heading", { level: 1, name: /One page by Ada/ })).toBeVisible();

  const his = bob.getByRole("dialog", { name: /^Edit/ });
  await his.getByRole("textbox", { name: "Description" }).fill("What Bob wrote.");
  await his.getByRole("button", { name: "Save" }).click();
  const conflict = bob.getByRole("dialog", { name: "Changed by Ada Lovelace meanwhile" });
  const description = conflict.getByRole("region", { name: "Description" });
  await expect(description.getByText("Both changed it")).toBeVisible();
  const theirs = description.getByRole("radio", { name: "Ada Lovelace" });
  const mine = description.getByRole("radio", { name: "Yours" });
  await expect(theirs).toHaveAccessibleDescription("What Ada wrote.");
  await expect(mine).toHaveAccessibleDescription("What Bob wrote.");
  await conflict.getByRole("button", { name: "Back to editing" }).click();
  await expect(his.getByRole("textbox", { name: "Description" })).toHaveValue("What Bob wrote.");
  await his.getByRole("button", { name: "Save" }).click();
  await mine.check();
  await conflict.getByRole("button", { name: "Save this" }).click();
  await expect(conflict).toBeHidden();

  // Her name for it, his description.
  for (const page of [ada, bob]) {
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: /One page by Ada/ })).toBeVisible();
    await page.getByText("Facts and history").click();
    await expect(page.getByText("What Bob wrote.")).toBeVisible();
  }
  await context.close();
});

test("the second to save can take over what the first wrote", async ({
  agentlab,
  ada,
  browser,
}) => {
  const names = { client: "Two Brushes", service: "Painting", project: "One wall" };
  const { projectId } = await makeProject(ada, agentlab, names);
  const context = await browser.newContext();
  const frida = await context.newPage();
  await joinAs(frida, agentlab, ada, "Frida Kahlo", { role: "product_owner" });
  await frida.goto(`${agentlab.url}/projects/${projectId}`);
  await frida.getByRole("button", { name: "Edit", exact: true }).click();
  const form = frida.getByRole("dialog", { name: /^Edit/ });
  await form.getByRole("textbox", { name: "Name" }).fill("A blue wall");
  const project = `${agentlab.url}/api/v1/projects/${projectId}`;
  const { version } = await (await ada.request.get(`${project}/facts`)).json();
  const painted = await ada.request.patch(project, {
    headers: { "if-match": `"${version}"` },
    data: { name: "A white wall", description: "White, with a door." },
  });
  expect(painted.ok(), await painted.text()).toBe(true);

  await form.getByRole("button", { name: "Save" }).click();
  const conflict = frida.getByRole("dialog", { name: "Changed by Ada Lovelace meanwhile" });
  await conflict.getByRole("button", { name: "Take over all of theirs" }).click();
  await conflict.getByRole("button", { name: "Save this" }).click();
  await expect(conflict).toBeHidden();
  await expect(frida.getByRole("heading", { level: 1, name: /A white wall/ })).toBeVisible();
  await context.close();
});

test("a deleted client comes back from the bin with its projects", async ({ agentlab, ada }) => {
  const names = { client: "Lost & Found", service: "Umbrellas", project: "Black umbrella" };
  const { clientId, projectId } = await makeProject(ada, agentlab, names);
  await ada.goto(`${agentlab.url}/clients/${clientId}`);
  await ada.getByRole("button", { name: "More about Lost & Found" }).click();
  await ada.getByRole("menuitem", { name: "Delete…" }).click();
  const dialog = ada.getByRole("dialog");
  await expect(dialog.getByText("1 service")).toBeVisible();
  await expect(dialog.getByText("1 project")).toBeVisible();
  const name = dialog.getByRole("textbox", { name: /Type the name/ });
  await name.fill("Lost");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog.getByText("This is not its name.")).toBeVisible();
  await name.fill("Lost & Found");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(ada).toHaveURL(`${agentlab.url}/`);
  await ada.goto(`${agentlab.url}/?q=umbrella`);
  await expect(ada.getByText("Black umbrella")).toBeHidden();
  const gone = await ada.request.get(`${agentlab.url}/api/v1/projects/${projectId}`);
  expect(gone.status()).toBe(404);

  await ada.goto(`${agentlab.url}/bin`);
  await ada.getByRole("button", { name: "Restore Lost & Found" }).click();
  await ada.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
  await expect(ada.getByText("“Lost & Found” is restored", { exact: true })).toBeVisible();
  await ada.goto(`${agentlab.url}/?q=umbrella`);
  await ada.getByRole("link", { name: "Black umbrella" }).click();
  await expect(ada.getByRole("heading", { level: 1, name: /Black umbrella/ })).toBeVisible();
});

test("a folder that moved on the disk is given to its project again", async ({ agentlab, ada }) => {
  const folder = await shortProject(agentlab.root, "wanderer");
  const project = await importFolder(ada, agentlab, folder, "short");
  await ada.goto(`${agentlab.url}/projects/${project}`);
  const gates = new Gates(ada);
  await gates.submit();
  await gates.open();
  await gates.approve();
  await expect(ada.getByText("Approved").first()).toBeVisible();

  const moved = `${folder}-moved`;
  await rename(folder, moved);
  await ada.goto(`${agentlab.url}/projects/${project}`);
  await ada.getByRole("button", { name: "More about wanderer" }).click();
  await ada.getByRole("menuitem", { name: "Its folder has moved…" }).click();
  const dialog = ada.getByRole("dialog", { name: /wanderer/ });
  await dialog.getByRole("button", { name: "Use this folder" }).click();
  await expect(dialog.getByText(/does not exist|no folder/i)).toBeVisible();
  await dialog.getByRole("textbox").fill(moved);
  await dialog.getByRole("button", { name: "Use this folder" }).click();
  await expect(dialog).toBeHidden();

  await expect(ada.getByText(moved).first()).toBeVisible();
  await expect(ada.getByText("Approved").first()).toBeVisible();
  await ada.getByRole("link", { name: "A reader" }).first().click();
  const text = ada.getByRole("article", { name: "Text" });
  await expect(text.getByRole("heading", { name: "A reader" })).toBeVisible();
});
