/** A backup is made, everything goes on, and an administrator brings back what was there. */

import { expect } from "@playwright/test";
import { make } from "../support/levels.ts";
import { stack } from "../support/stack.ts";
import { test } from "../support/test.ts";

test("an administrator backs up, and restores over what is in use", async ({ agentlab, ada }) => {
  test.slow();
  await make(ada, agentlab, "clients", { name: "Before The Backup" });
  await ada.goto(`${agentlab.url}/backups`);
  await ada.getByRole("button", { name: "Back up now" }).click();
  const made = ada.getByRole("row", { name: /Asked for.*Good/ }).first();
  await expect(made).toBeVisible({ timeout: 60_000 });

  await make(ada, agentlab, "clients", { name: "After The Backup" });
  await made.getByRole("button", { name: /Restore the backup/ }).click({ timeout: 60_000 });
  const dialog = ada.getByRole("dialog", { name: /Restore the backup of/ });
  if (stack) {
    // There the host restores, as infrastructure/testing/test_recovery.py does.
    await expect(dialog.getByText(/^agentlab restore agentlab-/)).toBeVisible();
    return;
  }
  await dialog.getByRole("button", { name: "Restore" }).click();
  await expect(dialog).toBeHidden({ timeout: 60_000 }); // a process of its own has begun
  await expect(ada.getByText(/^Restored: agentlab-/)).toBeVisible({ timeout: 90_000 });
  await expect(ada.getByRole("row", { name: /Before a restore.*Good/ })).toBeVisible();
  const clients = await (await ada.request.get(`${agentlab.url}/api/v1/clients`)).json();
  const names = clients.items.map((client: { name: string }) => client.name);
  expect(names).toContain("Before The Backup");
  expect(names).not.toContain("After The Backup");
});
