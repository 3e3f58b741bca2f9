/** The inbox: what waits over all clients, decided, put off and undone from the keyboard. */

import { expect } from "@playwright/test";
import { joinAs } from "../support/people.ts";
import { shortProject } from "../support/projects.ts";
import { importFolder, test } from "../support/test.ts";

test("what waits is read, put off, brought back and decided without leaving the queue", async ({
  fresh,
  page: ada,
  browser,
}) => {
  test.slow();
  const api = `${fresh.url}/api/v1`;
  await ada.request.post(`${api}/setup`, {
    data: { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse battery" },
  });
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
