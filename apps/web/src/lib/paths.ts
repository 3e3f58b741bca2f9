import type { Language } from "./language";

/** Every address of the app, in one place. Ids are UUIDs, and a project has a key: the server relies on that. */
export const paths = {
  portfolio: () => "/",
  setup: (problem?: string | null) =>
    problem ? `/setup?problem=${encodeURIComponent(problem)}` : "/setup",
  signIn: (next?: string) => (next ? `/sign-in?next=${encodeURIComponent(next)}` : "/sign-in"),
  tokens: () => "/tokens",
  welcome: () => "/welcome",
  import: (importId?: string) => (importId ? `/import?import=${importId}` : "/import"),
  folderFor: (projectId: string) => `/import?project=${projectId}`,
  clients: () => "/clients",
  client: (clientId: string) => `/clients/${clientId}`,
  service: (serviceId: string) => `/services/${serviceId}`,
  bin: () => "/bin",
  contacts: () => "/contacts",
  contact: (contactId: string) => `/contacts?contact=${contactId}`,
  applications: () => "/applications",
  application: (applicationId: string) => `/applications/${applicationId}`,
  /** The projects that build or change an application. */
  touching: (applicationId: string) => `/?application=${applicationId}`,
  templates: () => "/templates",
  template: (templateId: string) => `/templates/${templateId}`,
  reference: () => "/reference",
  spreadsheets: () => "/spreadsheets",
  project: (projectId: string) => `/projects/${projectId}`,
  /** The address to give to others: short, and it says which project it is. */
  projectOfKey: (key: string) => `/projects/${key}`,
  document: (documentId: string, version?: number) =>
    version === undefined
      ? `/documents/${documentId}`
      : `/documents/${documentId}?version=${version}`,
  people: () => "/people",
  profile: () => "/profile",
  gate: (gateId: string) => `/gates/${gateId}`,
  inbox: () => "/inbox",
  activity: (projectId?: string) => (projectId ? `/activity?project=${projectId}` : "/activity"),
  /** What of one person's, client's or everybody's was decided on these days. */
  decisions: (asked: { person?: string; client?: string; from?: string; to?: string }) =>
    `/activity?${new URLSearchParams({ kind: "decision", ...asked })}`,
  /** The projects that are at a stage now. */
  projectsAt: (stage: string, asked: { client?: string; waiting?: "true" } = {}) =>
    `/?${new URLSearchParams({ layout: "table", stage, ...asked })}`,
  analytics: (projectId?: string) => (projectId ? `/analytics?project=${projectId}` : "/analytics"),
  audit: () => "/audit",
  backups: () => "/backups",
  statusPage: () => "/status-page",
} as const;

/** What everybody reads, signed in or not: no page of this app, and there when this app is not. */
export const publicStatus = (language: Language) =>
  language === "fr" ? "/status/fr/" : "/status/";

/** Where to go after signing in: only ever an address of this app. */
export function safeNext(next: string | null): string {
  if (!next?.startsWith("/") || /^\/[/\\]/.test(next)) return paths.portfolio();
  return next.startsWith("/sign-in") || next.startsWith("/setup") ? paths.portfolio() : next;
}
