/** People sign in at their own OpenID provider; their groups there say what they may do here. */

import { expect } from "@playwright/test";
import { EmbeddedAgentLab } from "../support/embedded.ts";
import { OpenIDProvider } from "../support/openid-provider.ts";
import { test } from "../support/test.ts";

const GRACE = { email: "grace@example.com", email_verified: true, name: "Grace Hopper" };

test("a provider's groups let somebody in, up, down and not at all", async ({ page }) => {
  test.slow();
  const provider = await OpenIDProvider.start();
  const agentlab = await EmbeddedAgentLab.start((url) => provider.register(url));
  const signInAs = async (subject: string) => {
    await page.getByRole("link", { name: "Sign in with Example Login" }).click();
    await page.locator("input[name=sub]").fill(subject);
    await page.getByRole("button", { name: "Authorize" }).click();
  };
  const signOut = async () => {
    await page.getByRole("button", { name: "Account of Grace Hopper" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
  };
  try {
    await provider.knows("grace", { ...GRACE, groups: ["directors"] });
    await page.goto(agentlab.url); // nobody is here yet, and a director may be the first
    await signInAs("grace");
    await page.goto(`${agentlab.url}/people`);
    await expect(page.getByRole("row", { name: /Grace Hopper/ })).toContainText("Administrator");
    await signOut();

    await provider.knows("grace", { ...GRACE, groups: ["staff"] });
    await provider.knows("ada", { ...ADA, groups: ["directors"] });
    await signInAs("ada"); // the last administrator stays one
    await page.getByRole("button", { name: "Account of Ada Lovelace" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await signInAs("grace");
    await page.goto(`${agentlab.url}/people`);
    await expect(page.getByText("Only administrators")).toBeVisible();
    await signOut();

    await provider.knows("mallory", { ...MALLORY, groups: ["others"] });
    await signInAs("mallory");
    await expect(page.getByText("None of your groups may use AgentLab.")).toBeVisible();
    await expect(page.getByRole("link", { name: "Sign in with Example Login" })).toBeVisible();
  } finally {
    await agentlab.stop();
    await provider.stop();
  }
});

const MALLORY = { email: "mallory@example.com", email_verified: true };
const ADA = { email: "ada@example.com", email_verified: true, name: "Ada Lovelace" };
