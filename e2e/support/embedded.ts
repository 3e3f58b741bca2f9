/** AgentLab as at a desk: `agentlab up` on empty folders, ended at the end. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { AgentLab } from "./agentlab.ts";

const API = resolve(import.meta.dirname, "../../apps/api");
const COMMAND = join(API, ".venv/bin/agentlab");

export class EmbeddedAgentLab implements AgentLab {
  private constructor(
    readonly url: string,
    readonly root: string,
    private readonly home: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly process: ChildProcess,
  ) {}

  static async start(settings: NodeJS.ProcessEnv = {}): Promise<EmbeddedAgentLab> {
    const home = await realpath(await mkdtemp(join(tmpdir(), "agentlab-e2e-")));
    // As root the services run as another user, who has to get here.
    await chmod(home, 0o755);
    const root = join(home, "projects");
    await mkdir(root);
    const port = await freePort();
    const environment = {
      ...process.env,
      PORT: String(port),
      AGENTLAB_DATA_DIR: join(home, "data"),
      AGENTLAB_WORKSPACE_ROOTS: root,
      LOG_LEVEL: "warning",
      ...settings,
    };
    const child = spawn(COMMAND, ["up"], {
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const url = `http://127.0.0.1:${port}`;
    const agentlab = new EmbeddedAgentLab(url, root, home, environment, child);
    await agentlab.announced();
    return agentlab;
  }

  async run(...args: string[]): Promise<string> {
    const child = spawn(COMMAND, args, {
      env: this.environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output, [code]] = await Promise.all([text(child), once(child, "exit")]);
    if (code !== 0) throw new Error(`agentlab ${args.join(" ")} exited with ${code}`);
    return output;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      this.process.kill("SIGINT");
      await once(this.process, "exit");
    }
    await rm(this.home, { recursive: true });
  }

  private async announced(): Promise<void> {
    let said = "";
    for await (const chunk of this.process.stdout ?? []) {
      said += chunk;
      if (said.includes("AgentLab is ready")) break;
    }
    if (!said.includes("AgentLab is ready")) throw new Error(`agentlab up ended: ${said}`);
    this.process.stdout?.resume();
  }
}

async function text(child: ChildProcess): Promise<string> {
  let output = "";
  for await (const chunk of child.stdout ?? []) output += chunk;
  return output;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
