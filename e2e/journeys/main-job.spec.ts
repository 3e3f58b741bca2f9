/** The main job, from nothing to a decided gate, on a project that the real BMAD v4 installed. */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { BRIEF, bmadProject } from "../support/projects.ts";
import { ADA, test } from "../support/test.ts";

test("from the first start to a decision in the project folder", async ({ fresh, page }) => {
  test.slow();
  const folder = await bmadProject(fresh.root, "feed-reader");

  await test.step("the first run asks for an administrator", async () => {
    await page.goto(fresh.url);
    await page.getByLabel("Name").fill(ADA.name);
    await page.getByLabel("E-mail").fill(ADA.email);
    await page.getByLabel("Password", { exact: true }).fill(ADA.password);
    await page.getByRole("button", { name: "Create the account" }).click();
    await expect(page.getByRole("heading", { name: "Welcome, Ada Lovelace" })).toBeVisible();
    await expect(page.getByText("Explore with sample data")).toBeVisible();
  });

  await test.step("the import shows what it found", async () => {
    await page.getByRole("link", { name: "Choose a folder" }).click();
    await page.getByLabel("Folder on the server").fill(folder);
    await page.getByRole("button", { name: "Look inside" }).click();
    await expect(page.getByText("4.44.3").first()).toBeVisible();
    await expect(page.getByText("6 workflows")).toBeVisible();
    await expect(page.getByText("3 documents")).toBeVisible();
    await page.getByRole("button", { name: "Continue" }).click();
  });

  await test.step("client, service and workflow are chosen", async () => {
    await page.getByRole("combobox", { name: "Client" }).fill("Maison Lumière");
    await page.getByRole("combobox", { name: "Service" }).fill("Reading");
    await page.getByRole("radio", { name: /Greenfield Full-Stack/ }).click();
    await page.getByText(/^1 approval · \d+ checklist items$/).click();
    await expect(page.getByRole("list", { name: "Checklist" })).toContainText("RISK MANAGEMENT");
    await page.getByRole("button", { name: "Import 3 documents" }).click();
    await page.waitForURL(/\/projects\//);
  });

  await test.step("the project shows its stages, the current one and its artefact", async () => {
    await expect(page.getByRole("heading", { level: 1, name: "feed-reader" })).toBeVisible();
    await expect(page.getByText("0 of 19 stages closed")).toBeVisible();
    await expect(page.getByRole("heading", { name: "Create the project brief" })).toBeVisible();
    await expect(
      page.getByRole("link", { name: "Project brief: feed reader" }).first(),
    ).toBeVisible();
  });

  await test.step("the stage is submitted and the brief is read at its gate", async () => {
    await page.getByRole("button", { name: "Submit for review" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Note for the reviewer").fill("Ready to be read.");
    await dialog.getByRole("button", { name: "Submit for review" }).click();
    await page.getByRole("link", { name: "Read and decide" }).click();
    await expect(page.getByText("Ready to be read.").first()).toBeVisible();
    await expect(page.getByRole("img", { name: /^Diagram/ })).toBeVisible();
    await expect(page.getByRole("cell", { name: "one list" })).toBeVisible();
  });

  await test.step("it is approved with a reason", async () => {
    await page.getByRole("button", { name: "Approve" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("Clear and short.");
    await dialog.getByRole("button", { name: "Approve" }).click();
    await expect(page.getByText("The next stage is “Create the PRD”.")).toBeVisible();
    await expect(page.getByText(".agentlab/decisions/").first()).toBeVisible();
  });

  await test.step("the decision is in the folder, with the digest of what was read", async () => {
    await expect(
      page.getByText("Written into the project’s folder:", { exact: true }),
    ).toBeVisible();
    const decisions = join(folder, ".agentlab/decisions");
    const [file = ""] = await readdir(decisions);
    const text = await readFile(join(decisions, file), "utf-8");
    expect(text).toContain("verdict: approved");
    expect(text).toContain(`decided_by: "${ADA.name}"`);
    expect(text).toContain("> Clear and short.");
    expect(text).toContain(createHash("sha256").update(BRIEF).digest("hex"));
  });
});
