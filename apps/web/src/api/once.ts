import type { Middleware } from "openapi-fetch";
import type { paths } from "./generated/schema";

const HEADER = "Idempotency-Key";

type HeadersOf<Path extends keyof paths> = paths[Path] extends {
  post: { parameters: { header?: infer Headers } };
}
  ? NonNullable<Headers>
  : never;

/** Whatever creates and takes a key: the contract says so. */
type Creating = {
  [Path in keyof paths]: typeof HEADER extends keyof HeadersOf<Path>
    ? [HeadersOf<Path>] extends [never]
      ? never
      : Path
    : never;
}[keyof paths];

const CREATING: Record<Creating, true> = {
  "/api/v1/projects": true,
  "/api/v1/views": true,
  "/api/v1/clients": true,
  "/api/v1/services": true,
  "/api/v1/reference/{kind}": true,
  "/api/v1/contacts": true,
  "/api/v1/applications": true,
  "/api/v1/spreadsheets/import": true,
  "/api/v1/imports": true,
  "/api/v1/projects/{project_id}/imports": true,
  "/api/v1/sample": true,
  "/api/v1/templates": true,
  "/api/v1/gates/{gate_id}/submissions": true,
  "/api/v1/submissions/{submission_id}/decision": true,
  "/api/v1/gates/{gate_id}/approval": true,
  "/api/v1/gates/{gate_id}/acceptances": true,
  "/api/v1/submissions/{submission_id}/threads": true,
  "/api/v1/threads/{thread_id}/comments": true,
  "/api/v1/projects/{project_id}/corrections": true,
  "/api/v1/audit/verification": true,
  "/api/v1/backups": true,
  "/api/v1/backups/{backup_name}/proof": true,
  "/api/v1/restore": true,
  "/api/v1/status-page/incidents/{incident_id}/words": true,
  "/api/v1/status-page/maintenances": true,
};

/**
 * Creations are asked for with a key, so that who presses again after "no connection" does not make
 * a second one. The same request has the same key until it is answered; then it is another one.
 */
export function askingOnce(): Middleware {
  const unanswered = new Map<string, string>();
  const asked = new Map<string, string>();
  return {
    async onRequest({ request, schemaPath, id }) {
      if (request.method !== "POST" || !(schemaPath in CREATING)) return;
      const what = `${request.url}\n${await request.clone().text()}`;
      const key = unanswered.get(what) ?? newKey();
      unanswered.set(what, key);
      asked.set(id, what);
      request.headers.set(HEADER, key);
    },
    onResponse({ response, id }) {
      // After a 5xx it may have been done all the same: our server or a proxy did not know.
      if (response.status < 500) unanswered.delete(asked.get(id) ?? "");
      asked.delete(id);
    },
    onError({ id }) {
      asked.delete(id);
    },
  };
}

/** Not `crypto.randomUUID`, which browsers have over HTTPS only. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
