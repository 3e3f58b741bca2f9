/** Real packages of both generations, from the import to the last gate, in English and in French. */

import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { components } from "../../apps/web/src/api/generated/schema.d.ts";
import { Gates } from "../support/gates.ts";
import { generations } from "../support/generations.ts";
import { test } from "../support/test.ts";
import { wordsIn } from "../support/words.ts";

type Stage = components["schemas"]["ProjectPage"]["stages"][number];
type Walk = {
  page: Page;
  /** Of AgentLab. */
  url: string;
  folder: string;
  word: (place: string) => string;
  gates: Gates;
};

const REASON = "How many readers?";
const MENDED = "Ten thousand readers.";
const LATER = "And it whispers.";

for (const { name, workflow, make, gates } of generations) {
  for (const [language, locale] of [
    ["en", "en-GB"],
    ["fr", "fr-FR"],
  ] as const) {
    test.describe(`BMAD ${name} in ${language}`, () => {
      test.use({ locale });

      test("goes from the import to the last gate", async ({ agentlab, ada }) => {
        test.setTimeout(300_000);
        const folder = await make(agentlab.root, `feed-reader-${name}-${language}`);
        const word = wordsIn(language);
        const hands = new Gates(ada, word);
        const walk = { page: ada, url: agentlab.url, folder, word, gates: hands };
        await takeIn(walk, workflow);
        await expect(ada.locator("html")).toHaveAttribute("lang", language);
        await toTheEnd(walk);
        await expect(ada.getByText(word("projects.completed"))).toBeVisible();
        // The rejection and the approval of the changed text are decisions, too.
        const decisions = () => readdir(join(folder, ".agentlab/decisions"));
        await expect.poll(decisions).toHaveLength(gates + 2);
      });
    });
  }
}

/** The wizard, from the folder to the project's page. */
async function takeIn({ page, url, folder, word, gates }: Walk, workflow: RegExp) {
  await page.goto(`${url}/import`);
  await page.getByLabel(word("imports.path")).fill(folder);
  await gates.press("imports.look");
  await gates.press("imports.continue");
  await page.getByRole("combobox", { name: word("imports.client") }).fill("Maison Lumière");
  await page.getByRole("combobox", { name: word("imports.service") }).fill("Reading");
  await page.getByRole("radio", { name: workflow }).click();
  await page.getByRole("button", { name: /\d+ documents$/ }).click();
  await page.waitForURL(/\/projects\//);
}

/** Does at each stage what it asks for, until the workflow is completed. */
async function toTheEnd(walk: Walk) {
  const { page, word, gates } = walk;
  const project = new URL(page.url()).pathname;
  const seen = new Set<string>();
  let passed = 0;
  for (;;) {
    const { stage, isCompleted } = await standing(walk, project);
    if (isCompleted) return;
    if (!stage) throw new Error("No stage is current, and the workflow is not completed.");
    await expect(page.getByRole("heading", { name: stage.title, exact: true })).toBeVisible();
    if (stage.question && stage.question.answers.length === 0) {
      // What is reviewed, or ends an epic, applies; repairs of what is not broken do not.
      const answer = stage.optional ? "projects.answerYes" : "projects.answerNo";
      await gates.press(answer);
      await gates.confirm(answer);
    } else if (stage.optional && !stage.gate && !stage.condition) {
      await gates.press("projects.skip");
      await gates.dialog.getByRole("textbox").fill("…");
      await gates.confirm("projects.skip");
    } else if (stage.gate) {
      await gates.submit();
      await gates.open();
      if (passed === 0) await sendBack(walk, stage);
      await gates.approve();
      await page.getByRole("link", { name: word("gates.toProject") }).click();
      if (passed === 1) await change(walk, stage);
      passed++;
    } else {
      await gates.press("projects.complete");
    }
    await expect
      .poll(() => standing(walk, project).then(keyOf))
      .not.toBe(keyOf({ stage, isCompleted }));
    const key = keyOf(await standing(walk, project));
    if (seen.has(key)) throw new Error(`The workflow was at ${key} before.`);
    seen.add(key);
  }
}

/** What waits is rejected with a reason, mended in the folder and submitted again. */
async function sendBack({ page, folder, gates }: Walk, stage: Stage) {
  await gates.reject(REASON);
  await expect(page.getByRole("complementary").getByText(REASON)).toBeVisible();
  await appendFile(join(folder, textOf(stage)), `\n${MENDED}\n`);
  await gates.submit("gates.submitAgain");
  await expect(page.getByText(MENDED)).toBeVisible();
}

/** An approved text changes; only that is shown, and approved again. */
async function change({ page, folder, word, gates }: Walk, stage: Stage) {
  const path = textOf(stage);
  await appendFile(join(folder, path), `\n${LATER}\n`);
  await gates.press("projects.scan");
  await page.getByRole("tab", { name: stage.title }).click();
  await page.getByRole("link", { name: word("projects.readChange") }).click();
  const changed = page.getByRole("region").filter({ hasText: path, has: page.locator("ins") });
  await expect(changed.getByRole("insertion")).toContainText(LATER);
  await expect(changed.getByRole("deletion")).toHaveCount(0);
  await expect(changed).not.toContainText("Feed reader");
  await gates.approveAgain();
  await expect(changed).toBeHidden();
  const way = page.getByRole("navigation", { name: word("shell.breadcrumbs") });
  await way.getByRole("link").last().click();
}

function textOf(stage: Stage): string {
  const [path] = stage.artefacts.flatMap(({ role, documents }) =>
    role === "creates" ? documents.map((document) => document.path) : [],
  );
  if (!path) throw new Error(`${stage.title} has no text.`);
  return path;
}

type Where = { stage: Stage | undefined; isCompleted: boolean };

async function standing({ page, url }: Walk, project: string): Promise<Where> {
  const reply = await page.request.get(`${url}/api/v1${project}`);
  const { stages, workflow } = await reply.json();
  const stage = stages.find(({ state }: Stage) => state === "current");
  return { stage, isCompleted: workflow.completed_at !== null };
}

const keyOf = ({ stage, isCompleted }: Where) =>
  isCompleted ? "the end" : `${stage?.key} ${stage?.question?.answers.length ?? 0}`;
