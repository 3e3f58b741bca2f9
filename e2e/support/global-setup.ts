/** Before all journeys on a stack: Chromium and Node believe its authority, and check it for real. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { stack } from "./stack.ts";

const IMPORT = resolve(import.meta.dirname, "../../scripts/trust-in-chromium");

export default async function trustTheStack() {
  if (!stack) return;
  const home = await mkdtemp(join(tmpdir(), "agentlab-e2e-home-"));
  await promisify(execFile)(IMPORT, [stack.authority, home]);
  // Workers are started after this, and with it.
  process.env.E2E_BROWSER_HOME = home;
  process.env.NODE_EXTRA_CA_CERTS = stack.authority;
  return () => rm(home, { recursive: true });
}
