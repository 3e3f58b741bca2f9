/** Clients, services and projects, made over the API. */

import type { Page } from "@playwright/test";
import type { AgentLab } from "./agentlab.ts";

export type Made = { clientId: string; serviceId: string; projectId: string };

/** A client with one service and one project in it. */
export async function makeProject(
  page: Page,
  agentlab: AgentLab,
  names: { client: string; service: string; project: string },
): Promise<Made> {
  const clientId = await make(page, agentlab, "clients", { name: names.client });
  const serviceId = await make(page, agentlab, "services", {
    name: names.service,
    client_id: clientId,
  });
  const projectId = await make(page, agentlab, "projects", {
    name: names.project,
    service_id: serviceId,
  });
  return { clientId, serviceId, projectId };
}

/** Makes one thing of a collection; its id. */
export async function make(
  page: Page,
  agentlab: AgentLab,
  collection: string,
  data: Record<string, unknown>,
): Promise<string> {
  const made = await page.request.post(`${agentlab.url}/api/v1/${collection}`, { data });
  if (!made.ok()) throw new Error(await made.text());
  return (await made.json()).id;
}
