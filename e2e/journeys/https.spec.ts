/** On a stack only: everything comes over HTTP/2 in TLS, and no page breaks what it was promised. */

import type { BrowserContext, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { addresses } from "../support/pages.ts";
import { ADA, signIn, test } from "../support/test.ts";

// How Chromium tells the answer to “who is signed in?” that the sign-in page expects.
const NOT_SIGNED_IN = /status of 401 .*\/api\/v1\/session$/;

test("every page comes over HTTP/2 in TLS, and nothing in it is refused or fails", async ({
  agentlab,
  context,
  page,
}) => {
  test.slow(); // two dozen pages
  const complaints = await complaintsOf(context);
  await visit(page, `${agentlab.url}/sign-in`);
  await signIn(page, agentlab, ADA);
  for (const address of await addresses(page, agentlab)) await visit(page, agentlab.url + address);
  await visit(page, `${agentlab.url}/status/`);
  expect(complaints).toEqual([]);
});

test("scripts can read no cookie, and none is sent without TLS", async ({ agentlab, ada }) => {
  await ada.goto(agentlab.url);
  await expect(ada.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await ada.evaluate(() => document.cookie)).not.toContain("session");
  const session = (await ada.context().cookies()).find(({ name }) => name === "agentlab_session");
  expect(session).toMatchObject({ secure: true, httpOnly: true, sameSite: "Lax" });
});

test("a browser that does not know the authority refuses the page", async ({
  agentlab,
  playwright,
}) => {
  const { E2E_BROWSER_HOME: _, ...environment } = process.env;
  const { launchOptions = {} } = test.info().project.use;
  const stranger = await playwright.chromium.launch({
    ...launchOptions,
    env: { ...environment, HOME: test.info().outputPath("home") } as Record<string, string>,
  });
  try {
    const page = await stranger.newPage();
    await expect(page.goto(agentlab.url)).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
  } finally {
    await stranger.close();
  }
});

/** What the pages complain of from now on: errors, warnings, and what their policy forbade. */
async function complaintsOf(context: BrowserContext): Promise<string[]> {
  const complaints: string[] = [];
  context.on("console", (message) => {
    const said = `${message.text()} ${message.location().url}`;
    if (["error", "warning"].includes(message.type()) && !NOT_SIGNED_IN.test(said))
      complaints.push(said);
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // Whoever leaves a page ends what it was still asking for.
    if (reason !== "net::ERR_ABORTED") complaints.push(`${reason} ${request.url()}`);
  });
  await context.exposeFunction("complain", (text: string) => complaints.push(text));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { complain } = window as unknown as { complain: (text: string) => void };
      complain(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  return complaints;
}

async function visit(page: Page, url: string): Promise<void> {
  const answer = await page.goto(url);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  expect(await answer?.securityDetails(), url).toMatchObject({
    protocol: "TLS 1.3",
    issuer: expect.stringContaining("AgentLab"),
  });
  const ways = await page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .map((entry) => entry as PerformanceResourceTiming)
      .filter(({ name, nextHopProtocol }) => !name.startsWith("data:") && nextHopProtocol !== "")
      .map(({ name, nextHopProtocol }) => `${new URL(name).protocol} ${nextHopProtocol}`),
  );
  expect(new Set(ways), url).toEqual(new Set(["https: h2"]));
}
