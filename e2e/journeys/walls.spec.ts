/** What one may not see is not there, and what one may not do says why. */

import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { AgentLab } from "../support/agentlab.ts";
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
  const counted = await (await page.request.get(`${api}/dashboard`)).json();
  expect(counted.totals.projects).toBe(1);
  for (const facet of ["statuses", "clients", "owners"]) {
    const counts = counted.facets[facet].map(({ count }: { count: number }) => count);
    expect(counts, facet).toEqual([1]);
  }
  // Whatever can be read at all: nothing of it where nothing was asked for, nothing there where it was.
  const about: Record<string, string> = {
    client_id: hidden.clientId,
    service_id: hidden.serviceId,
    project_id: hidden.projectId,
    key: "MOAT",
    contact_id: hidden.contact,
    subject_id: hidden.contact,
    application_id: hidden.application,
    binned_id: hidden.gone,
    kind: "business_domain",
  };
  let walls = 0;
  for (const { path, asked } of await readable(page, agentlab)) {
    const address = path.replaceAll(/\{(\w+)\}/g, (part, name) => about[name] ?? part);
    if (address.includes("{")) continue;
    const reply = await page.request.get(agentlab.url + address, {
      params: asked,
      maxRedirects: 0,
    });
    expect(await reply.text(), address).not.toMatch(HIDDEN);
    if (address === path || path.includes("{kind}")) continue;
    expect([403, 404], address).toContain(reply.status());
    walls += 1;
  }
  expect(walls).toBeGreaterThan(25);
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
      gone,
      contact: await make(by, agentlab, "contacts", contact),
      application: await make(by, agentlab, "applications", application),
    };
  }
});

const HIDDEN = /Walled Town|Moat|Gates/;

type Parameter = { name: string; in: string; required?: boolean; schema: { $ref?: string } };
type Operations = Record<string, { get?: { parameters?: Parameter[] } }>;

/** Every address that the contract lets one read, with a word for what it has to be asked. */
async function readable(page: Page, agentlab: AgentLab) {
  const contract = await (await page.request.get(`${agentlab.url}/api/openapi.json`)).json();
  return Object.entries(contract.paths as Operations)
    .filter(([path, { get }]) => get && !path.endsWith("/events"))
    .map(([path, { get }]) => ({
      path,
      asked: Object.fromEntries(
        (get?.parameters ?? [])
          .filter((one) => one.in === "query" && one.required)
          .map((one) => [one.name, one.schema.$ref ? "stages" : "moat"]),
      ),
    }));
}

async function isNowhere(page: Page) {
  await expect(page.getByText(HIDDEN)).toHaveCount(0);
}

async function isRefused(page: Page, name: string) {
  const button = page.getByRole("button", { name, exact: true }).first();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription(/Viewers can read/);
}
