/** Every kind of page there is, filled with the sample portfolio. */

import type { Page } from "@playwright/test";
import type { components } from "../../apps/web/src/api/generated/schema.d.ts";
import type { AgentLab } from "./agentlab.ts";

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
  return [
    "/",
    "/welcome",
    "/import",
    "/people",
    "/profile",
    `/projects/${waiting.id}`,
    `/gates/${waiting.waiting_gate_id}`,
    `/documents/${shown.documents.items[0].id}`,
  ];
}
