/** `test` with an AgentLab: one a worker with Ada signed in, or a fresh one for the first run. */

import type { Page } from "@playwright/test";
import { test as base } from "@playwright/test";
import type { AgentLab } from "./agentlab.ts";
import { startAgentLab } from "./agentlab.ts";
import { stack } from "./stack.ts";

export const ADA = {
  name: "Ada Lovelace",
  email: "ada@example.com",
  password: "correct horse battery",
};

type Fixtures = {
  /** An AgentLab of this test alone, which nobody has used yet. */
  fresh: AgentLab;
  /** A page on which Ada, the administrator, is signed in. */
  ada: Page;
};

type WorkerFixtures = {
  /** An AgentLab that the tests of a worker share; Ada is its administrator. */
  agentlab: AgentLab;
};

export const test = base.extend<Fixtures, WorkerFixtures>({
  agentlab: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const agentlab = await startAgentLab();
      await post(`${agentlab.url}/api/v1/setup`, ADA);
      await use(agentlab);
      await agentlab.stop();
    },
    // There is one stack only, which every test gets empty; Ada's account is made anew in it.
    { scope: (stack ? "test" : "worker") as "worker", timeout: 120_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: the same
  fresh: async ({}, use) => {
    const agentlab = await startAgentLab();
    await use(agentlab);
    await agentlab.stop();
  },
  ada: async ({ agentlab, page }, use) => {
    await signIn(page, agentlab, ADA);
    await use(page);
  },
});

/** Sign in without the form, which has a journey of its own. */
export async function signIn(
  page: Page,
  agentlab: AgentLab,
  { email, password }: { email: string; password: string },
) {
  const response = await page.request.post(`${agentlab.url}/api/v1/session`, {
    data: { email, password },
  });
  if (!response.ok()) throw new Error(await response.text());
}

/** Import a folder over the API and return its project's id. */
export async function importFolder(
  page: Page,
  agentlab: AgentLab,
  folder: string,
  workflow: string | null,
): Promise<string> {
  const api = `${agentlab.url}/api/v1`;
  const data = { path: folder, client: "Maison Lumière", service: "Reading", workflow };
  const requested = await (await page.request.post(`${api}/imports`, { data })).json();
  for (;;) {
    const state = await (await page.request.get(`${api}/imports/${requested.id}`)).json();
    if (state.state === "done") return state.project_id;
    if (state.state === "failed") throw new Error(state.error.detail);
    await page.waitForTimeout(50);
  }
}

async function post(url: string, body: unknown) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}
