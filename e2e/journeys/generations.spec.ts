/** Real packages of both generations, from the import to the last gate, in English and in French. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { components } from "../../apps/web/src/api/generated/schema.d.ts";
import type { AgentLab } from "../support/agentlab.ts";
import { bmadProject, bmadV6Project, documents } from "../support/projects.ts";
import { importFolder, test } from "../support/test.ts";
import type { Language } from "../support/words.ts";
import { wordsIn } from "../support/words.ts";

type Stage = components["schemas"]["ProjectPage"]["stages"][number];

const V4 = {
  "docs/architecture.md": "# Architecture\n\nOne process.\n",
  "docs/prd/epic-1.md": "# Epic 1: Reading\n\n## Story 1.1: Lists\n",
  "docs/stories/1.1.lists.md": "# Story 1.1: Lists\n\n## Status\n\nDone\n",
  "docs/epic-retrospective.md": "# Retrospective\n\nIt went well.\n",
};

const PLANNING = "_bmad-output/planning-artifacts";
const IMPLEMENTATION = "_bmad-output/implementation-artifacts";
const V6 = {
  [`${PLANNING}/prd.md`]: "# PRD\n\n- FR1: it reads.\n",
  [`${PLANNING}/architecture.md`]: "# Architecture\n\nOne process.\n",
  [`${PLANNING}/epics.md`]: "# Epics\n\n### Epic 1: Reading\n\n#### Story 1.1: Lists\n",
  [`${IMPLEMENTATION}/sprint-status.yaml`]: "development_status:\n  1-1-lists: done\n",
  [`${IMPLEMENTATION}/spec-1-1-lists.md`]: "---\nstatus: done\n---\n# Lists\n",
};

test.describe("BMAD v4 in English", () => {
  test.use({ locale: "en-GB" });

  test("goes from the import to the last gate", async ({ agentlab, ada }) => {
    test.setTimeout(300_000);
    const folder = await bmadProject(agentlab.root, "oldest-reader");
    await documents(folder, V4);
    const projectId = await importFolder(ada, agentlab, folder, "greenfield-service");
    await walk(ada, agentlab, projectId, "en");
    expect(await readdir(join(folder, ".agentlab/decisions"))).toHaveLength(6);
  });
});

test.describe("BMAD v6 in French", () => {
  test.use({ locale: "fr-FR" });

  test("goes from the import to the last gate", async ({ agentlab, ada }) => {
    test.setTimeout(300_000);
    const folder = await bmadV6Project(agentlab.root, "newest-reader");
    await documents(folder, V6);
    const projectId = await importFolder(ada, agentlab, folder, "bmm");
    await walk(ada, agentlab, projectId, "fr");
    expect(await readdir(join(folder, ".agentlab/decisions"))).toHaveLength(5);
  });
});

/** Does at each stage what it asks for, until the workflow is completed. */
async function walk(page: Page, agentlab: AgentLab, projectId: string, language: Language) {
  const word = wordsIn(language);
  const press = (place: string) =>
    page
      .getByRole("button", { name: word(place) })
      .first()
      .click();
  const confirm = (place: string) =>
    page
      .getByRole("dialog")
      .getByRole("button", { name: word(place) })
      .click();

  await page.goto(`${agentlab.url}/projects/${projectId}`);
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  const seen = new Set<string>();
  for (;;) {
    const { stage, isCompleted } = await standing(page, agentlab, projectId);
    if (isCompleted) return;
    if (!stage) throw new Error("No stage is current, and the workflow is not completed.");
    await expect(page.getByRole("heading", { name: stage.title, exact: true })).toBeVisible();
    if (stage.question && stage.question.answers.length === 0) {
      // What is reviewed, or ends an epic, applies; repairs of what is not broken do not.
      const answer = stage.optional ? "projects.answerYes" : "projects.answerNo";
      await press(answer);
      await confirm(answer);
    } else if (stage.optional && !stage.gate && !stage.condition) {
      await press("projects.skip");
      await page.getByRole("dialog").getByRole("textbox").fill("…");
      await confirm("projects.skip");
    } else if (stage.gate) {
      await press("gates.submit");
      await confirm("gates.submit");
      await page.getByRole("link", { name: word("projects.readAndDecide") }).click();
      await press("gates.approve");
      await confirm("gates.approve");
      await page.getByRole("link", { name: word("gates.toProject") }).click();
    } else {
      await press("projects.complete");
    }
    await expect
      .poll(() => standing(page, agentlab, projectId).then(keyOf))
      .not.toBe(keyOf({ stage, isCompleted }));
    const key = keyOf(await standing(page, agentlab, projectId));
    if (seen.has(key)) throw new Error(`The workflow was at ${key} before.`);
    seen.add(key);
  }
}

type Where = { stage: Stage | undefined; isCompleted: boolean };

async function standing(page: Page, agentlab: AgentLab, projectId: string): Promise<Where> {
  const reply = await page.request.get(`${agentlab.url}/api/v1/projects/${projectId}`);
  const { stages, workflow } = await reply.json();
  const stage = stages.find(({ state }: Stage) => state === "current");
  return { stage, isCompleted: workflow.completed_at !== null };
}

const keyOf = ({ stage, isCompleted }: Where) =>
  isCompleted ? "the end" : `${stage?.key} ${stage?.question?.answers.length ?? 0}`;
