/** Others than Ada, who are invited by her and come in. */

import type { Page } from "@playwright/test";
import type { AgentLab } from "./agentlab.ts";

const PASSWORD = "correct horse battery";

type Rights = {
  role?: "administrator" | "product_owner" | "viewer";
  /** The only clients that they see; all of them when it is left out. */
  clientIds?: string[];
};

/** Somebody new on this page, signed in; what they sign in with elsewhere. */
export async function joinAs(
  page: Page,
  agentlab: AgentLab,
  ada: Page,
  name: string,
  { role = "viewer", clientIds }: Rights = {},
): Promise<{ email: string; password: string }> {
  const api = `${agentlab.url}/api/v1`;
  const email = `${name.toLowerCase().replaceAll(" ", ".")}@example.com`;
  const sees = { sees_all_clients: !clientIds, client_ids: clientIds ?? [] };
  const invited = await ada.request.post(`${api}/invitations`, {
    data: { name, email, role, ...sees },
  });
  if (!invited.ok()) throw new Error(await invited.text());
  const { token } = (await invited.json()).link;
  const accepted = await page.request.post(`${api}/invitations/acceptance`, {
    data: { token, password: PASSWORD },
  });
  if (!accepted.ok()) throw new Error(await accepted.text());
  return { email, password: PASSWORD };
}
