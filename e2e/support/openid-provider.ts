/** A real OpenID provider in a process of its own, at which a browser signs in. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { freePort } from "./free-port.ts";

const API = resolve(import.meta.dirname, "../../apps/api");

export class OpenIDProvider {
  private constructor(
    readonly issuer: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<OpenIDProvider> {
    const port = await freePort();
    const module = ["-W", "ignore", "-m", "tests.support.openid_provider", String(port)];
    const child = spawn(resolve(API, ".venv/bin/python"), module, { cwd: API, stdio: "ignore" });
    const provider = new OpenIDProvider(`http://127.0.0.1:${port}`, child);
    await provider.answers();
    return provider;
  }

  /** What an AgentLab needs to know, once it is known where it will be. */
  async register(url: string): Promise<Record<string, string>> {
    const { client_id, client_secret } = await this.ask("POST", "/oauth2/clients", {
      redirect_uris: [`${url}/api/v1/single-sign-on/callback`],
      scope: "openid email profile",
    });
    return {
      OIDC_ISSUER: this.issuer,
      OIDC_CLIENT_ID: client_id,
      OIDC_CLIENT_SECRET: client_secret,
      OIDC_NAME: "Example Login",
      OIDC_ROLES: "directors=administrator,staff=product_owner",
    };
  }

  /** From now on it says this about the person. */
  async knows(subject: string, claims: Record<string, unknown>): Promise<void> {
    await this.ask("PUT", `/users/${subject}`, claims);
  }

  async stop(): Promise<void> {
    this.process.kill();
    await once(this.process, "exit");
  }

  private async ask(method: string, path: string, body: unknown) {
    const response = await fetch(`${this.issuer}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return response.status === 204 ? {} : response.json();
  }

  private async answers(): Promise<void> {
    for (;;) {
      const found = await fetch(`${this.issuer}/.well-known/openid-configuration`).catch(
        () => null,
      );
      if (found?.ok) return;
      if (this.process.exitCode !== null) throw new Error("the provider ended");
      await new Promise((again) => setTimeout(again, 50));
    }
  }
}
