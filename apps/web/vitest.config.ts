import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@messages": here("./messages"), "@": here("./src") } },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://agentlab.test/" } },
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/mocks/setup.ts"],
    sequence: { shuffle: true },
    testTimeout: 20_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
