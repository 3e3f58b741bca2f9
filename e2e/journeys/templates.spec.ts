/** A method changes while a project runs through it; then the project follows a template of one's own. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { Gates } from "../support/gates.ts";
import { shortProject } from "../support/projects.ts";
import { importFolder, test } from "../support/test.ts";

const OWN = `key: with-proof
name: With a proof
mood: fine
stages:
  - {key: prd.md, title: Create the PRD, agent: pm, artefacts: [{patterns: [docs/prd.md]}]}
  - {key: proof, title: Prove it, gate: true}
`;

test("what was decided stays when the method changes, and when another one is taken", async ({
  agentlab,
  ada,
}) => {
  const folder = await shortProject(agentlab.root, "method-moves");
  const projectId = await importFolder(ada, agentlab, folder, "short");
  await ada.goto(`${agentlab.url}/projects/${projectId}`);
  const gates = new Gates(ada);
  await gates.submit();
  await gates.open();
  await gates.approve();
  await expect(ada.getByText(/The next stage is/)).toBeVisible();

  await test.step("the changed file is noticed, previewed and taken over", async () => {
    const method = join(folder, ".bmad-core/workflows/short.yaml");
    const text = await readFile(method, "utf8");
    await writeFile(method, text.replace("    - agent: architect", BRIEF));
    await ada.goto(`${agentlab.url}/projects/${projectId}`);
    await expect(ada.getByText("The method changed in the folder")).toBeVisible();
    await ada.getByRole("button", { name: "See what changes" }).click();
    const dialog = ada.getByRole("dialog", { name: "Change the template" });
    await expect(dialog.getByText("Create the project brief")).toBeVisible();
    await dialog.getByRole("button", { name: "Make these changes" }).click();
    await expect(dialog).toBeHidden();
    await expect(ada.getByText("1 of 3 stages closed")).toBeVisible();
    await expect(ada.getByText(/changed the template to “A short workflow”/)).toBeVisible();
  });

  await test.step("a template of one's own is added, with what is odd in it", async () => {
    await ada.goto(`${agentlab.url}/templates`);
    await ada.getByRole("button", { name: "Add a template" }).click();
    const dialog = ada.getByRole("dialog", { name: "Add a template" });
    await dialog.getByRole("textbox", { name: "Source" }).fill(OWN);
    await expect(dialog.getByText(/has no meaning for AgentLab/)).toBeVisible();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await expect(ada.getByRole("heading", { level: 1, name: "With a proof" })).toBeVisible();
  });

  await test.step("the project goes over to it, and keeps its approval", async () => {
    await ada.goto(`${agentlab.url}/projects/${projectId}`);
    await ada.getByRole("button", { name: "Change the template" }).click();
    const dialog = ada.getByRole("dialog", { name: "Change the template" });
    await dialog.getByRole("combobox", { name: "Template" }).click();
    await ada.getByRole("option", { name: /With a proof/ }).click();
    await expect(dialog.getByText("Prove it", { exact: true })).toBeVisible();
    await dialog.getByRole("button", { name: "Make these changes" }).click();
    await expect(dialog).toBeHidden();
    await expect(ada.getByRole("tab", { name: /Create the PRD.*Done/ })).toBeVisible();
    await ada.getByRole("link", { name: "With a proof" }).click();
    await ada.getByRole("tab", { name: /Projects/ }).click();
    await expect(ada.getByRole("link", { name: "method-moves" })).toBeVisible();
  });
});

const BRIEF = `    - agent: analyst
      creates: project-brief.md
    - agent: architect`;
