import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { PATIENCE_MS } from "./src/mocks/patience";

const here = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@messages": here("./messages"), "@": here("./src") } },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://agentlab.test/" } },
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/mocks/setup.ts"],
    maxWorkers: "100%", // else one core of two is left idle
    sequence: { shuffle: true },
    testTimeout: 4 * PATIENCE_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
    restoreMocks: true,
    unstubGlobals: true,
  },
});
