/** The way through a real workflow of BMAD v4: a route, questions, a skip, rounds; and one in v6's manner. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { Gates } from "../support/gates.ts";
import { bmadProject, documents } from "../support/projects.ts";
import { importFolder, test } from "../support/test.ts";

const step = (page: Page, name: RegExp) => page.getByRole("tab", { name });

async function answer(page: Page, word: "Yes, it holds" | "No, leave it out", note = "") {
  await page.getByRole("button", { name: word }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Note").fill(note);
  await dialog.getByRole("button", { name: word }).click();
  await expect(dialog).toBeHidden();
}

test("people decide the way through a brownfield project", async ({ agentlab, ada }) => {
  test.slow();
  const folder = await bmadProject(agentlab.root, "old-reader");
  const projectId = await importFolder(ada, agentlab, folder, "brownfield-fullstack");
  await ada.goto(`${agentlab.url}/projects/${projectId}`);

  await test.step("the size is classified, then a route is chosen", async () => {
    await ada.getByRole("button", { name: "Complete" }).click();
    await expect(ada.getByText("Which way does the work go on?").first()).toBeVisible();
    await ada.getByRole("radio", { name: "single story" }).click();
    await ada.getByRole("button", { name: "Choose this way" }).click();
    const dialog = ada.getByRole("dialog");
    await dialog.getByRole("button", { name: "Choose this way" }).click();
    await expect(step(ada, /Not on the path/)).toHaveCount(16);
  });

  await test.step("another route brings its stages back", async () => {
    await ada.getByRole("radio", { name: "major enhancement" }).click();
    await ada.getByRole("button", { name: "Choose this way" }).click();
    const dialog = ada.getByRole("dialog");
    await dialog.getByLabel("Note").fill("Several epics, a new data store.");
    await dialog.getByRole("button", { name: "Choose this way" }).click();
    await expect(dialog).toBeHidden();
    await expect(step(ada, /Not on the path/)).toHaveCount(0);
  });

  await test.step("the choice is submitted and approved at its gate", async () => {
    const gates = new Gates(ada);
    await gates.submit();
    await gates.open();
    await expect(ada.getByText("proposed")).toBeVisible();
    await expect(ada.getByText("Several epics, a new data store.")).toBeVisible();
    await gates.approve();
    await ada.getByRole("link", { name: "Go to the project" }).click();
  });

  await test.step("the choice answers one condition, a person the next", async () => {
    await ada.getByRole("button", { name: "Complete" }).click();
    await expect(ada.getByText("Does this hold: “documentation inadequate”?")).toBeVisible();
    await answer(ada, "No, leave it out", "Last year’s documents are good.");
    await expect(step(ada, /Does not apply/)).toHaveCount(1);
  });

  await test.step("agents find what was said in the folder", async () => {
    const below = (path: string) => () =>
      readFile(join(folder, ".agentlab", path), "utf-8").catch(() => "");
    const read = below("workflow.md");
    await expect.poll(read).toContain("Last year’s documents are good.");
    expect(await read()).toContain('route: "major_enhancement"');
    const decision = below("decisions/02-routing-decision-1-approved.md");
    await expect.poll(decision).toContain('route: "major_enhancement"');
  });

  await test.step("the diagram is drawn, and can be read", async () => {
    await ada.getByText("About the workflow").click();
    await expect(ada.getByRole("img", { name: /^Diagram/ })).toBeVisible();
    await ada.getByText("The flow as text").click();
    await expect(ada.getByText("Enhancement Size?").first()).toBeVisible();
  });
});

const LOOP = `workflow:
  id: loop
  name: A loop
  sequence:
    - agent: sm
      action: create_story
      creates: story.md
      repeats: for_each_epic
    - step: polish
      optional: true
    - step: repeat_development_cycle
    - step: workflow_end
`;
const story = (number: string, status: string) =>
  `# Story ${number}: Reading\n\n## Status\n\n${status}\n`;

test("a loop ends while stories are open only with a reason", async ({ agentlab, ada }) => {
  const folder = join(agentlab.root, "loops");
  await documents(folder, {
    ".bmad-core/core-config.yaml": "devStoryLocation: docs/stories\n",
    ".bmad-core/install-manifest.yaml": "version: 4.44.3\n",
    ".bmad-core/workflows/loop.yaml": LOOP,
    "docs/stories/1.1.reading.md": story("1.1", "Done"),
    "docs/stories/1.2.writing.md": story("1.2", "Draft"),
  });
  const projectId = await importFolder(ada, agentlab, folder, "loop");
  await ada.setViewportSize({ width: 375, height: 800 });
  await ada.goto(`${agentlab.url}/projects/${projectId}`);
  await step(ada, /Polish/).click();
  await ada.getByRole("button", { name: "Skip" }).click();
  const dialog = ada.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("It shines.");
  await dialog.getByRole("button", { name: "Skip" }).click();
  await expect(ada.getByText("Skipped by Ada Lovelace")).toBeVisible();
  await step(ada, /Create/).click();
  await ada.getByRole("button", { name: "Complete" }).click();
  await step(ada, /Repeat/).click();
  await expect(ada.getByText("1 of 2 stories done").first()).toBeVisible();
  await ada.getByRole("button", { name: "Complete" }).click();
  await dialog.getByLabel("Reason").fill("Writing is dropped.");
  await dialog.getByRole("button", { name: "Go on all the same" }).click();
  await expect(step(ada, /Repeat.*Done/s)).toBeVisible();
});
