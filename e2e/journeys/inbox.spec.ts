/** The inbox: what waits over all clients, decided, put off and undone from the keyboard. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { joinAs } from "../support/people.ts";
import { documents, shortProject } from "../support/projects.ts";
import { ADA, importFolder, test } from "../support/test.ts";

test("what waits is read, put off, brought back and decided without leaving the queue", async ({
  fresh,
  page: ada,
  browser,
}) => {
  test.slow();
  const api = `${fresh.url}/api/v1`;
  await ada.request.post(`${api}/setup`, { data: ADA });
  const project = await importFolder(
    ada,
    fresh,
    await shortProject(fresh.root, "first in the queue"),
    "short",
  );
  const bob = await (await browser.newContext()).newPage();
  await joinAs(bob, fresh, ada, "Bob Noyce", { role: "product_owner" });
  const inbox = ada.getByRole("list", { name: "Inbox", exact: true });
  const item = inbox.getByRole("link", { name: /^Decide: / });

  await test.step("an empty inbox says so, and what is submitted comes by itself", async () => {
    await ada.goto(`${fresh.url}/inbox`);
    await expect(ada.getByText("Nothing waits for you")).toBeVisible();
    const stages = (await (await bob.request.get(`${api}/projects/${project}`)).json()).stages;
    await bob.request.post(`${api}/gates/${stages[0].gate.id}/submissions`, {
      data: { note: "Please read it by Friday." },
    });
    await expect(item).toBeVisible();
    await expect(inbox.getByText("Please read it by Friday.")).toBeVisible();
    const sections = ada.getByRole("navigation", { name: "Go to" });
    await expect(sections.getByText("1 waits for you")).toBeAttached();
  });

  await test.step("it is put off with a reason, and that is undone", async () => {
    await ada.keyboard.press("j");
    await expect(item).toBeFocused();
    await ada.keyboard.press("s");
    const dialog = ada.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("The client answers on Monday.");
    await dialog.getByRole("button", { name: "Snooze" }).click();
    await expect(ada.getByText("Nothing waits for you")).toBeVisible();
    await ada.getByRole("button", { name: "Snoozed (1)" }).click();
    await expect(ada.getByText("The client answers on Monday.")).toBeVisible();
    await ada.getByRole("button", { name: /^Bring back: / }).click();
    await ada.getByRole("button", { name: "Snoozed (0)" }).click();
    await expect(item).toBeVisible();
  });

  await test.step("what is read is read: the minutes go down", async () => {
    await expect(inbox.getByText("1 min to read")).toBeVisible();
    await item.click();
    await expect(ada.getByRole("heading", { name: "A reader" })).toBeVisible();
    await ada.keyboard.press("g");
    await ada.keyboard.press("i");
    await expect(item).toBeVisible();
    await expect(inbox.getByText("1 min to read")).toBeHidden();
  });

  await test.step("it is decided in the gate's own dialog", async () => {
    await ada.keyboard.press("j");
    await ada.keyboard.press("a");
    const dialog = ada.getByRole("dialog");
    await expect(dialog.getByText("docs/prd.md")).toBeVisible();
    await dialog.getByRole("button", { name: "Approve" }).click();
    await expect(ada.getByText("Approved", { exact: true })).toBeVisible();
    await expect(ada.getByText("Nothing waits for you")).toBeVisible();
  });
});

const ASKING = `workflow:
  id: asking
  name: A workflow that asks
  sequence:
    - step: interviews
      condition: readers_can_be_reached
    - step: size
      routes:
        one_story: {stages: [story]}
        whole_plan: {stages: [prd.md]}
    - step: story
    - agent: pm
      creates: prd.md
`;
const SPRINT = `# Statuses are the sprint plan's.
last_updated: 2026-11-27
project: Lecteur
development_status:
  epic-1: in-progress
  1-2-sign-in: in-progress   # Bob is on it
`;
const sprintStatus = "_bmad-output/implementation-artifacts/sprint-status.yaml";

test("what stages ask, conflicts and contradictions are settled from the queue", async ({
  fresh,
  page: ada,
}) => {
  test.slow();
  const api = `${fresh.url}/api/v1`;
  await ada.request.post(`${api}/setup`, { data: ADA });
  const folder = await shortProject(fresh.root, "asking");
  const method = join(folder, ".bmad-core/workflows/short.yaml");
  await writeFile(method, ASKING);
  const project = await importFolder(ada, fresh, folder, "asking");
  const scan = (id: string) => ada.request.post(`${api}/projects/${id}/scans`);
  const inbox = ada.getByRole("list", { name: "Inbox", exact: true });
  const item = (name: RegExp) => inbox.getByRole("link", { name });
  await ada.goto(`${fresh.url}/inbox`);

  await test.step("a condition is answered and a route is chosen without leaving the queue", async () => {
    await expect(item(/^Does the condition hold\? /)).toBeVisible();
    await expect(inbox.getByText("readers can be reached")).toBeVisible();
    await ada.keyboard.press("j");
    await ada.keyboard.press("a");
    const dialog = ada.getByRole("dialog");
    await dialog.getByRole("radio", { name: /^No, leave it out/ }).click();
    await dialog.getByLabel("Note").fill("They are on holiday.");
    await dialog.getByRole("button", { name: "Keep this answer" }).click();
    await expect(item(/^Choose how the work goes on: /)).toBeVisible();
    await inbox.getByRole("button", { name: /^Answer: Choose how/ }).click();
    await dialog.getByRole("radio", { name: /^whole plan/ }).click();
    await dialog.getByRole("button", { name: "Choose this way" }).click();
    await expect(ada.getByText("Nothing waits for you")).toBeVisible();
    const { stages } = await (await ada.request.get(`${api}/projects/${project}`)).json();
    expect(stages.map((stage: { state: string }) => stage.state).slice(0, 3)).toEqual([
      "skipped",
      "current",
      "skipped",
    ]);
    const submitted = await ada.request.post(`${api}/gates/${stages[1].gate.id}/submissions`, {
      data: {},
    });
    const { submissions } = await submitted.json();
    await ada.request.post(`${api}/submissions/${submissions[0].id}/decision`, {
      data: { verdict: "approved", reason: "", artefacts: [], checklist: [] },
    });
  });

  await test.step("a text that changed after its submission is a conflict, settled at the gate", async () => {
    const { stages } = await (await ada.request.get(`${api}/projects/${project}`)).json();
    await ada.request.post(`${api}/gates/${stages.at(-1).gate.id}/submissions`, { data: {} });
    await expect(item(/^Decide: /)).toBeVisible();
    await writeFile(join(folder, "docs/prd.md"), "# A reader\n\nIt reads aloud.\n");
    await scan(project);
    const conflict = item(/^1 text changed since it was submitted: /);
    await expect(conflict).toBeVisible();
    await conflict.click();
    await ada.getByRole("button", { name: "Submit again" }).click();
    await ada
      .getByRole("dialog")
      .getByRole("button", { name: /^Submit/ })
      .click();
    await expect(ada.getByRole("dialog")).toBeHidden();
    await ada.goto(`${fresh.url}/inbox`);
    await expect(item(/^Decide: /)).toBeVisible();
    await expect(conflict).toBeHidden();
  });

  await test.step("so is a method that changed in the folder, until the project follows it", async () => {
    await writeFile(method, ASKING.replace("step: interviews", "step: conversations"));
    await scan(project);
    const changed = item(/^The method changed in the folder/);
    await changed.click();
    await ada.getByRole("button", { name: "See what changes" }).click();
    await ada.getByRole("dialog").getByRole("button", { name: "Make these changes" }).click();
    await expect(ada.getByRole("dialog")).toBeHidden();
    await ada.goto(`${fresh.url}/inbox`);
    await expect(item(/^Decide: /)).toBeVisible();
    await expect(changed).toBeHidden();
  });

  await test.step("ledgers that disagree are corrected with one click, comments kept", async () => {
    const planned = join(fresh.root, "lecteur");
    await documents(planned, {
      "_bmad/_config/manifest.yaml": "installation:\n  version: 6.12.0\n",
      "_bmad/bmm/config.yaml": "output_folder: '{project-root}/_bmad-output'\n",
      [sprintStatus]: SPRINT,
      "_bmad-output/implementation-artifacts/1-2-sign-in.md":
        "# Story 1.2: Sign in\n\nStatus: review\n",
    });
    await importFolder(ada, fresh, planned, null);
    const disagree = item(/^1 contradiction between the ledgers/);
    await expect(disagree).toBeVisible();
    await disagree.click();
    await expect(ada.getByRole("heading", { name: "Contradictions" })).toBeVisible();
    await ada.getByRole("button", { name: "Apply the correction of 1-2-sign-in" }).click();
    const written = () => readFile(join(planned, sprintStatus), "utf-8");
    await expect.poll(written).toContain("  1-2-sign-in: review   # Bob is on it");
    expect(await written()).toContain("# Statuses are the sprint plan's.");
    await ada.goto(`${fresh.url}/inbox`);
    await expect(item(/^Decide: /)).toBeVisible();
    await expect(disagree).toBeHidden();
  });
});
