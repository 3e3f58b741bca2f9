/** The production stack that the journeys run on when `E2E_STACK` is its installation folder. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

export interface Stack {
  readonly folder: string;
  readonly domain: string;
  /** Where the edge listens: no name server knows the domain. */
  readonly address: string;
  readonly url: string;
  /** At the same path inside the containers as outside. */
  readonly workspaces: string;
  /** The certificate of the authority that the edge's own certificate comes from. */
  readonly authority: string;
}

export const stack = process.env.E2E_STACK ? stackIn(process.env.E2E_STACK) : undefined;

function stackIn(folder: string): Stack {
  const settings = parseEnv(readFileSync(join(folder, ".env"), "utf-8"));
  // The journeys empty it again and again.
  if (!/test|e2e/.test(settings.COMPOSE_PROJECT_NAME ?? "")) {
    throw new Error(`${folder} is no installation for tests: its COMPOSE_PROJECT_NAME says so.`);
  }
  const {
    AGENTLAB_DOMAIN: domain = "localhost",
    AGENTLAB_HTTPS_PORT: port = "443",
    AGENTLAB_WORKSPACES: workspaces = join(folder, "workspaces"),
  } = settings;
  return {
    folder,
    domain,
    address: process.env.E2E_STACK_ADDRESS ?? "127.0.0.1",
    // Without the port that browsers leave out of addresses, too.
    url: new URL(`https://${domain}:${port}`).origin,
    workspaces,
    authority: join(folder, "certificates/ca/ca.pem"),
  };
}
