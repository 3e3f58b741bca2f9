/** What one may not see is not there, and what one may not do says why. */

import { readFile } from "node:fs/promises";
import type { Browser, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { AgentLab } from "../support/agentlab.ts";
import { make, makeProject } from "../support/levels.ts";
import { joinAs } from "../support/people.ts";
import { documents, shortProject } from "../support/projects.ts";
import { ADA, test } from "../support/test.ts";

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

test("no address of the API tells of what one may not see", async ({
  fresh,
  page: ada,
  browser,
}) => {
  test.slow();
  const api = `${fresh.url}/api/v1`;
  await ada.request.post(`${api}/setup`, { data: ADA });
  const seen = await makeProject(ada, fresh, {
    client: "Open Garden",
    service: "Paths",
    project: "Gravel",
  });
  const hidden = await everythingHidden(ada, fresh, browser);
  const rosa = await (await browser.newContext()).newPage();
  await joinAs(rosa, fresh, ada, "Rosa Parks", { clientIds: [seen.clientId] });

  await test.step("what is named in an address is not there", async () => {
    const asked = new Set<string>();
    for (const { path, named } of await addresses()) {
      const address = path.replace(/\{(\w+)\}/g, (_, name) => hidden[name] ?? `no-${name}`);
      expect(address, path).not.toContain("/no-");
      // Again where a connection that rested was closed meanwhile.
      const options = { params: QUERIES[path], maxRetries: 2 };
      const ask = (by: Page) => by.request.get(fresh.url + address, options);
      const reply = await ask(rosa);
      expect(await reply.text(), path).not.toMatch(ANYTHING_HIDDEN);
      if (named.some((name) => PLACES.includes(name))) {
        expect([403, 404], path).toContain(reply.status());
        expect((await ask(ada)).status(), `${path} for whoever may`).not.toBe(404);
        asked.add(path);
      } else {
        expect([200, 403], path).toContain(reply.status());
      }
    }
    expect(asked.size).toBeGreaterThan(30);
  });

  await test.step("nor is it counted", async () => {
    const read = async (path: string) =>
      (await rosa.request.get(`${api}/${path}`, { maxRetries: 2 })).json();
    const { projects, totals, facets } = await read("dashboard");
    expect(projects.items).toHaveLength(1);
    expect(totals.projects).toBe(1);
    for (const each of ["statuses", "clients", "owners"]) {
      const counts = facets[each].map((facet: { count: number }) => facet.count);
      expect(counts, each).toEqual([1]);
    }
    expect(facets.stages).toEqual([]);
    const waiting: Record<string, number> = await read("inbox/totals");
    expect(Object.values(waiting).filter((count) => count > 0)).toEqual([]);
    expect((await read("inbox")).page.items).toEqual([]);
    expect((await read("services")).items).toHaveLength(1);
    expect((await read("templates")).items).toEqual([]);
    const people = (await read("people")).items.map((person: { name: string }) => person.name);
    expect(people.toSorted()).toEqual([ADA.name, "Rosa Parks"]);
    const figures = await read("analytics");
    expect([figures.now.stages.count, figures.open.gates.count]).toEqual([0, 0]);
    expect(figures.clients.items.map((client: { name: string }) => client.name)).not.toContain(
      "Walled Town",
    );
  });
  await rosa.context().close();
});

/** Parts of addresses that name something of a client. */
const PLACES = [
  ...[
    "client_id",
    "service_id",
    "project_id",
    "document_id",
    "gate_id",
    "decision_id",
    "thread_id",
  ],
  ...["template_id", "contact_id", "application_id", "key", "binned_id", "import_id", "subject_id"],
];

const QUERIES: Record<string, Record<string, string>> = {
  "/api/v1/analytics.csv": { table: "stages" },
  "/api/v1/project-keys/suggestion": { name: "Gravel" },
  "/api/v1/search/quick": { q: "o" },
};

/** A stream, what sends the browser elsewhere, and what needs two templates. */
const NOT_ASKED = /\/(events|start|callback|comparison)$/;

const ANYTHING_HIDDEN = /Walled|Moat|Warden/;

/** Every address of the contract that is read, with what it names. */
async function addresses() {
  const contract = JSON.parse(await readFile("../apps/api/openapi.json", "utf8"));
  return Object.keys(contract.paths)
    .filter((path) => path.startsWith("/api/") && "get" in contract.paths[path])
    .filter((path) => !NOT_ASKED.test(path))
    .map((path) => ({
      path,
      named: [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ""),
    }));
}

/** A project with all that a project can have, and somebody who works on it; their ids by name. */
async function everythingHidden(
  by: Page,
  agentlab: AgentLab,
  browser: Browser,
): Promise<Record<string, string>> {
  const api = `${agentlab.url}/api/v1`;
  const read = async (path: string) => (await by.request.get(`${api}/${path}`)).json();
  const folder = await shortProject(agentlab.root, "Moat");
  await documents(folder, {
    ".bmad-core/workflows/short.yaml": MOAT,
    "docs/prd.md": "# The Moat\n\nIt is wet.\n",
  });
  const places = { client: "Walled Town", service: "Walled gates" };
  const wanted = { path: folder, workflow: "short", ...places };
  const importId = await make(by, agentlab, "imports", wanted);
  await expect.poll(async () => (await read(`imports/${importId}`)).state).toBe("done");
  const projectId = (await read(`imports/${importId}`)).project_id;
  const project = await read(`projects/${projectId}`);
  const facts = await read(`projects/${projectId}/facts`);
  const of = { client_id: facts.client.id };
  const gateId = project.stages[0].gate.id;
  const submitted = await by.request.post(`${api}/gates/${gateId}/submissions`, { data: {} });
  const submission = (await submitted.json()).submissions[0];
  const { document_id, sha256 } = submission.artefacts[0];
  const threadId = await make(by, agentlab, `submissions/${submission.id}/threads`, {
    document_id,
    ...{ first_line: 1, last_line: 1, text: "How wet is the Moat?" },
  });
  const decision = { verdict: "approved", reason: "Moat.", artefacts: [{ document_id, sha256 }] };
  const decided = await by.request.post(`${api}/submissions/${submission.id}/decision`, {
    data: decision,
  });
  const contactId = await make(by, agentlab, "contacts", { ...of, name: "Moat keeper" });
  const gone = await make(by, agentlab, "contacts", { ...of, name: "Moat digger" });
  await by.request.delete(`${api}/contacts/${gone}`, { params: { name: "Moat digger" } });
  const warden = await (await browser.newContext()).newPage();
  await joinAs(warden, agentlab, by, "Warden", { clientIds: [facts.client.id] });
  await warden.context().close();
  const { items: users } = await read("users?search=warden");
  return {
    client_id: facts.client.id,
    service_id: facts.service.id,
    project_id: projectId,
    key: project.key,
    document_id,
    gate_id: gateId,
    thread_id: threadId,
    decision_id: (await decided.json()).submissions[0].decisions[0].id,
    template_id: project.workflow.template.id,
    contact_id: contactId,
    subject_id: contactId,
    application_id: await make(by, agentlab, "applications", { ...of, name: "Moat pump" }),
    binned_id: gone,
    import_id: importId,
    user_id: users[0].id,
    number: "1",
    kind: "service_category",
  };
}

const MOAT = `workflow:
  id: short
  name: The way of the Moat
  sequence:
    - agent: pm
      creates: prd.md
`;

const HIDDEN = /Walled Town|Moat|Gates/;

async function isNowhere(page: Page) {
  await expect(page.getByText(HIDDEN)).toHaveCount(0);
}

async function isRefused(page: Page, name: string) {
  const button = page.getByRole("button", { name, exact: true }).first();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription(/Viewers can read/);
}
