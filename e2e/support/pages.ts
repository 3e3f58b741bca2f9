/** Every kind of page there is, filled with the sample portfolio and with names without an end. */

import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import type { components } from "../../apps/web/src/api/generated/schema.d.ts";
import type { AgentLab } from "./agentlab.ts";
import { make, makeProject } from "./levels.ts";

type Portfolio = components["schemas"]["PortfolioOut"];

/** Where the pages are for those who are signed in; adds the sample portfolio. */
export async function addresses(page: Page, agentlab: AgentLab): Promise<string[]> {
  const api = `${agentlab.url}/api/v1`;
  await page.request.post(`${api}/sample`);
  const portfolio: Portfolio = await (await page.request.get(`${api}/portfolio`)).json();
  const projects = portfolio.clients.flatMap((client) =>
    client.services.flatMap((service) => service.projects),
  );
  const waiting = projects.find((project) => project.waiting_gate_id);
  if (!waiting) throw new Error("the sample has a gate waiting");
  const shown = await (await page.request.get(`${api}/projects/${waiting.id}`)).json();
  const facts = await (await page.request.get(`${api}/projects/${waiting.id}/facts`)).json();
  const application = await catalogue(page, agentlab, facts.client.id, waiting.id);
  const endless = crypto.randomUUID().replaceAll("-", "").padEnd(200, "W");
  const names = { client: endless, service: endless, project: endless };
  const long = await makeProject(page, agentlab, names);
  return [
    "/",
    "/?layout=table",
    "/welcome",
    "/import",
    "/spreadsheets",
    "/activity",
    "/analytics",
    "/inbox",
    "/clients",
    "/contacts",
    "/applications",
    "/templates",
    `/templates/${shown.workflow.template.id}`,
    `/applications/${application}`,
    `/clients/${facts.client.id}`,
    `/services/${facts.service.id}`,
    `/projects/${waiting.id}`,
    `/clients/${long.clientId}`,
    `/services/${long.serviceId}`,
    `/projects/${long.projectId}`,
    `/gates/${waiting.waiting_gate_id}`,
    `/documents/${shown.documents.items[0].id}`,
    "/bin",
    "/people",
    "/profile",
    "/reference",
    "/audit",
    "/backups",
    "/status-page",
    "/tokens",
  ];
}

/** A line for each list that the sample leaves empty; an application's id. */
async function catalogue(page: Page, agentlab: AgentLab, clientId: string, projectId: string) {
  const api = `${agentlab.url}/api/v1`;
  const name = `Reading room ${crypto.randomUUID().slice(0, 8)}`;
  const contact = await make(page, agentlab, "contacts", {
    client_id: clientId,
    name: "Mary Somerville",
    role: "Head of reading",
  });
  await page.request.put(`${api}/projects/${projectId}/contacts/${contact}`, {
    data: { roles: ["reviewer", "approver"] },
  });
  const application = await make(page, agentlab, "applications", {
    client_id: clientId,
    name,
    description: "Where people read.",
    url: "https://example.com/reading",
  });
  await page.request.put(`${api}/applications/${application}/projects/${projectId}`, {
    data: { relation: "builds" },
  });
  await make(page, agentlab, "tokens", { name, scopes: ["read", "write"], project_id: projectId });
  const deleted = await make(page, agentlab, "clients", { name });
  await page.request.delete(`${api}/clients/${deleted}`, { params: { name } });
  return application;
}

/** Adds the sample portfolio, which takes seconds, and waits until its project is open. */
export async function addSample(page: Page) {
  const made = page.waitForResponse((reply) => reply.url().endsWith("/api/v1/sample"), {
    timeout: 60_000,
  });
  await page.getByRole("button", { name: "Add the sample portfolio" }).click();
  await made;
  await expect(page.getByRole("heading", { level: 1, name: "Lecteur RSS" })).toBeVisible();
}
