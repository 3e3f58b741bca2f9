/** Every address of the app, in one place. Ids are UUIDs: the server relies on that. */
export const paths = {
  portfolio: () => "/",
  setup: () => "/setup",
  signIn: (next?: string) => (next ? `/sign-in?next=${encodeURIComponent(next)}` : "/sign-in"),
  welcome: () => "/welcome",
  import: (importId?: string) => (importId ? `/import?import=${importId}` : "/import"),
  client: (clientId: string) => `/clients/${clientId}`,
  service: (serviceId: string) => `/services/${serviceId}`,
  bin: () => "/bin",
  project: (projectId: string) => `/projects/${projectId}`,
  document: (documentId: string, version?: number) =>
    version === undefined
      ? `/documents/${documentId}`
      : `/documents/${documentId}?version=${version}`,
  gate: (gateId: string) => `/gates/${gateId}`,
} as const;

/** Where to go after signing in: only ever an address of this app. */
export function safeNext(next: string | null): string {
  if (!next?.startsWith("/") || /^\/[/\\]/.test(next)) return paths.portfolio();
  return next.startsWith("/sign-in") || next.startsWith("/setup") ? paths.portfolio() : next;
}
