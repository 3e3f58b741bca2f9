/** The status site as nginx serves it: files, under a policy that allows nothing inline. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { promisify } from "node:util";

const API = resolve(import.meta.dirname, "../../apps/api");
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";
const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

export class StatusSite {
  private constructor(
    /** The folder `state` of the installation that it tells of. */
    readonly home: string,
    private readonly server: Server,
  ) {}

  static async start(): Promise<StatusSite> {
    const home = await mkdtemp(join(tmpdir(), "agentlab-status-"));
    const write = ["-m", "tests.support.status_history", home];
    await promisify(execFile)(join(API, ".venv/bin/python"), write, { cwd: API });
    const server = createServer(async ({ url = "/" }, reply) => {
      const { pathname } = new URL(url, "http://localhost");
      const file = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
      const body = await readFile(join(home, "status", file)).catch(() => undefined);
      reply.writeHead(body ? 200 : 404, {
        "content-type": KINDS[extname(file)] ?? "application/octet-stream",
        "content-security-policy": POLICY,
      });
      reply.end(body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new StatusSite(home, server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Publish the English page anew, with something in it changed. */
  async publish(change: (page: string) => string): Promise<void> {
    const file = join(this.home, "status", "index.html");
    await writeFile(file, change(await readFile(file, "utf8")));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await rm(this.home, { recursive: true });
  }
}
