/** What one may not see is not there, and what one may not do says why. */

import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { make, makeProject } from "../support/levels.ts";
import { joinAs } from "../support/people.ts";
import { test } from "../support/test.ts";

test("a viewer of one client meets walls everywhere else", async ({ agentlab, ada, browser }) => {
  test.slow();
  const api = `${agentlab.url}/api/v1`;
  const seen = await filled(ada, { client: "Open Garden", service: "Paths", project: "Gravel" });
  const hidden = await filled(ada, { client: "Walled Town", service: "Gates", project: "Moat" });
  const context = await browser.newContext();
  const page = await context.newPage();
  await joinAs(page, agentlab, ada, "Rosa Parks", { clientIds: [seen.clientId] });

  await page.goto(agentlab.url);
  await expect(page.getByRole("link", { name: "Gravel" })).toBeVisible();
  await expect(page.locator("[data-project]")).toHaveCount(1);
  await isNowhere(page);
  await page.getByRole("searchbox", { name: "Search the portfolio" }).fill("moat");
  await expect(page.getByText("Nothing matches “moat”")).toBeVisible();

  await page.keyboard.press("Control+k");
  const palette = page.getByRole("combobox", { name: /^Search projects/ });
  for (const typed of ["Moat", "Walled", "Gates"]) {
    const answered = page.waitForResponse((response) => response.url().includes(`q=${typed}`));
    await palette.fill(typed);
    expect(await (await answered).json()).toEqual({ items: [] });
    await expect(page.getByText("Nothing of that name.")).toBeVisible();
  }
  await palette.fill("Gravel");
  await expect(page.getByRole("option", { name: /Gravel/ })).toBeVisible();
  await page.keyboard.press("Escape");

  for (const [path, shown] of [
    ["/activity", "Open Garden"],
    ["/contacts", "Somebody of Open Garden"],
    ["/applications", "Software of Open Garden"],
    ["/bin", "Formerly of Open Garden"],
  ] as const) {
    await page.goto(agentlab.url + path);
    await expect(page.getByText(shown).filter({ visible: true }).first()).toBeVisible();
    await isNowhere(page);
  }

  for (const path of [
    `/projects/${hidden.projectId}`,
    `/clients/${hidden.clientId}`,
    `/services/${hidden.serviceId}`,
    `/applications/${hidden.application}`,
  ]) {
    await page.goto(agentlab.url + path);
    await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
    await isNowhere(page);
  }

  const csv = await (await page.request.get(`${api}/projects.csv`)).text();
  expect(csv).toContain("Gravel");
  expect(csv).not.toMatch(HIDDEN);
  for (const path of [
    `/projects/${hidden.projectId}`,
    `/projects/${hidden.projectId}/facts`,
    `/projects/${hidden.projectId}/contacts`,
    `/projects/${hidden.projectId}/documents`,
    `/clients/${hidden.clientId}`,
    `/clients/${hidden.clientId}/people`,
    `/services/${hidden.serviceId}`,
    `/contacts/${hidden.contact}`,
    `/applications/${hidden.application}`,
  ]) {
    expect((await page.request.get(api + path)).status(), path).toBe(404);
  }
  for (const list of [
    "dashboard",
    "projects",
    "clients",
    "contacts",
    "applications",
    "activity",
    "bin",
  ]) {
    const answer = await (await page.request.get(`${api}/${list}`)).text();
    expect(answer, list).not.toMatch(HIDDEN);
  }
  // Not even by a refusal: a name that is taken where she sees nothing is just as forbidden.
  for (const name of ["Walled Town", "No such town"]) {
    const refused = await page.request.post(`${api}/clients`, { data: { name } });
    expect(refused.status(), name).toBe(403);
  }

  await page.goto(`${agentlab.url}/projects/${seen.projectId}`);
  for (const name of ["Status", "Edit", "Link a contact"]) {
    await isRefused(page, name);
  }
  await expect(page.getByRole("button", { name: /^More about/ })).toHaveCount(0);
  await page.goto(`${agentlab.url}/clients/${seen.clientId}`);
  for (const name of ["Edit", "New service"]) await isRefused(page, name);
  await page.goto(`${agentlab.url}/contacts`);
  await isRefused(page, "New contact");
  await page.goto(`${agentlab.url}/spreadsheets`);
  await expect(page.getByText(/Viewers can read/)).toBeVisible();
  await context.close();

  /** A project with a contact and an application, and a contact in the bin. */
  async function filled(by: Page, names: { client: string; service: string; project: string }) {
    const made = await makeProject(by, agentlab, names);
    const of = { client_id: made.clientId };
    const contact = { ...of, name: `Somebody of ${names.client}` };
    const application = { ...of, name: `Software of ${names.client}` };
    const former = `Formerly of ${names.client}`;
    const gone = await make(by, agentlab, "contacts", { ...of, name: former });
    await by.request.delete(`${api}/contacts/${gone}`, { params: { name: former } });
    return {
      ...made,
      contact: await make(by, agentlab, "contacts", contact),
      application: await make(by, agentlab, "applications", application),
    };
  }
});

const HIDDEN = /Walled Town|Moat|Gates/;

async function isNowhere(page: Page) {
  await expect(page.getByText(HIDDEN)).toHaveCount(0);
}

async function isRefused(page: Page, name: string) {
  const button = page.getByRole("button", { name, exact: true }).first();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription(/Viewers can read/);
}
