import { defineConfig } from "@playwright/test";
import { stack } from "./support/stack.ts";

const asRoot = process.getuid?.() === 0;
const home = process.env.E2E_BROWSER_HOME;

export default defineConfig({
  testDir: "journeys",
  testIgnore: stack ? [] : ["https.spec.ts"],
  globalSetup: "./support/global-setup.ts",
  // Every worker runs an AgentLab of its own; two share a laptop well. A stack there is once.
  workers: stack ? 1 : 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 860 },
    locale: "en-GB",
    actionTimeout: 15_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM || undefined,
      // Chromium keeps the authorities that it believes below HOME.
      ...(home ? { env: { ...process.env, HOME: home } } : {}),
      args: [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        ...(asRoot ? ["--no-sandbox"] : []),
        ...(stack ? [`--host-resolver-rules=MAP ${stack.domain} ${stack.address}`] : []),
      ],
    },
  },
});
