/** Who did what can be read, and that nobody changed it since can be proven. */

import { expect } from "@playwright/test";
import { makeProject } from "../support/levels.ts";
import { test } from "../support/test.ts";

test("the trail says who did what, and is whole", async ({ agentlab, ada }) => {
  const names = { client: "Paper Trail", service: "Archive", project: "Chained" };
  const { projectId } = await makeProject(ada, agentlab, names);
  const api = `${agentlab.url}/api/v1`;
  await ada.request.put(`${api}/projects/${projectId}/status`, {
    data: { status: "active", reason: "The paper came." },
  });
  await ada.goto(`${agentlab.url}/audit?project=${projectId}`);
  await ada.getByRole("button", { name: /project\.status_changed/ }).click();
  const dialog = ada.getByRole("dialog");
  await expect(dialog.getByText("Ada Lovelace")).toBeVisible();
  await expect(dialog.getByText("The paper came.").first()).toBeVisible();
  await expect(dialog.getByText("draft")).toBeVisible();
  await expect(dialog.getByText("active")).toBeVisible();
  await ada.keyboard.press("Escape");

  await ada.getByRole("button", { name: "Verify now" }).click();
  await expect(ada.getByText("The trail is whole:")).toBeVisible();
  await expect(ada.getByText(/asked for by Ada Lovelace/)).toBeVisible();
  const { head } = JSON.parse(await agentlab.run("audit", "verify", "--json"));
  const again = await agentlab.run("audit", "verify", "--json", "--expect-head", head);
  expect(JSON.parse(again)).toMatchObject({ whole: true, troubles_total: 0 });
});
