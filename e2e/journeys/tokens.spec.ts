/** Agents come in with tokens: shown once, narrow, visible in the trail, and ended by a click. */

import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { AgentLab } from "../support/agentlab.ts";
import { makeProject } from "../support/levels.ts";
import { shortProject } from "../support/projects.ts";
import { importFolder, test } from "../support/test.ts";

test("a token is made, used, seen in the trail, and revoked", async ({ agentlab, ada }) => {
  const api = `${agentlab.url}/api/v1`;
  const folder = await shortProject(agentlab.root, "token-bound");
  const bound = await importFolder(ada, agentlab, folder, "short");
  const names = { client: "Token Mill", service: "Tokens", project: "Beyond the token" };
  const { projectId: other } = await makeProject(ada, agentlab, names);
  const { stages } = await (await ada.request.get(`${api}/projects/${bound}`)).json();

  await ada.goto(`${agentlab.url}/tokens`);
  const token = await create(ada, "Claude on the desk", { mayWrite: true, project: "token-bound" });
  const call = caller(agentlab, token);
  expect((await call("GET", `/projects/${bound}`)).status).toBe(200);
  expect((await call("GET", `/projects/${other}`)).status).toBe(404);

  const submitted = await call("POST", `/gates/${stages[0].gate.id}/submissions`, { note: "" });
  expect(submitted.status).toBe(201);
  const [submission] = (await submitted.json()).submissions;
  const decision = { verdict: "approved", artefacts: submission.artefacts };
  const decided = await call("POST", `/submissions/${submission.id}/decision`, decision);
  expect(decided.status).toBe(403); // at gates people decide

  await ada.goto(`${agentlab.url}/audit?by=agent`);
  const row = ada.getByRole("row", { name: /Claude on the desk \(agent of Ada Lovelace\)/ });
  await expect(row.getByRole("button", { name: /submission\.created/ })).toBeVisible();

  await ada.goto(`${agentlab.url}/tokens`);
  await expect(ada.getByText(token)).toBeHidden(); // shown once
  const listed = ada
    .getByRole("main")
    .getByRole("listitem")
    .filter({ hasText: "Claude on the desk" });
  await expect(listed).toContainText("only token-bound");
  await expect(listed).not.toContainText("never used");
  await ada.getByRole("button", { name: "Revoke Claude on the desk" }).click();
  const asked = ada.getByRole("alertdialog");
  await asked.getByRole("button", { name: "Revoke" }).click();
  await expect(asked).toBeHidden(); // while it is open, all behind it is hidden
  await expect(listed).toBeHidden();
  expect((await call("GET", `/projects/${bound}`)).status).toBe(401);
});

test("a token that reads writes nothing", async ({ agentlab, ada }) => {
  const names = { client: "Reading Room", service: "Reading", project: "Read only" };
  const { projectId } = await makeProject(ada, agentlab, names);
  await ada.goto(`${agentlab.url}/tokens`);
  const token = await create(ada, "Reader", { mayWrite: false });
  const call = caller(agentlab, token);
  expect((await call("GET", `/projects/${projectId}`)).status).toBe(200);
  const written = await call("PUT", `/projects/${projectId}/status`, { status: "active" });
  expect(written.status).toBe(403);
});

/** Calls the API as a program does: with nothing but the token. */
function caller({ url }: AgentLab, token: string) {
  return (method: string, path: string, body?: unknown) =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
}

type Choice = { mayWrite: boolean; project?: string };

/** Makes a token in the browser, which shows it once. */
async function create(page: Page, name: string, choice: Choice) {
  await page.getByRole("button", { name: "Create a token" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  if (choice.mayWrite) await dialog.getByRole("radio", { name: /Read and write/ }).check();
  if (choice.project) {
    await dialog.getByRole("combobox", { name: "Only this project" }).fill(choice.project);
    await page.getByRole("option", { name: new RegExp(choice.project) }).click();
  }
  await dialog.getByRole("button", { name: "Create a token" }).click();
  const made = page.getByRole("dialog", { name: `“${name}” was made` });
  const token = await made.locator("code").first().innerText();
  await made.getByRole("button", { name: "I have copied it" }).click();
  return token;
}
