import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants";

/**
 * A static export, so that no Node runs in production. The export has one HTML file per route with
 * `_` for each id; the server rewrites every UUID in a path, and a project's key, to `_`. `next dev` cannot do that for
 * ids it does not know, so there the export is off and the API is reached through a rewrite.
 */
export default function config(phase: string): NextConfig {
  const base: NextConfig = {
    allowedDevOrigins: ["127.0.0.1"],
    images: { unoptimized: true },
    poweredByHeader: false,
  };
  if (phase !== PHASE_DEVELOPMENT_SERVER) return { ...base, output: "export" };
  const api = process.env["API_ORIGIN"] ?? "http://127.0.0.1:8000";
  return {
    ...base,
    // It would hold back live updates, which are too short to be worth a block.
    compress: false,
    rewrites: async () => [{ source: "/api/:path*", destination: `${api}/api/:path*` }],
  };
}
