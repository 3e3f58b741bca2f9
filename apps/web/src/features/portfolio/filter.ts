import type { Portfolio, ProjectRow } from "@/api/portfolio";

type Client = Portfolio["clients"][number];
type Service = Client["services"][number];

/** "Élan" is found by "elan". */
const folded = (text: string) =>
  text
    .normalize("NFD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase();

/**
 * What matches every word of the search, in the name of the client, the service or the project, or
 * in the current stage. Services and clients without a match are left out.
 */
export function filterPortfolio(clients: readonly Client[], search: string): Client[] {
  const words = folded(search).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...clients];
  return clients
    .map((client) => ({ ...client, services: matchingServices(client, words) }))
    .filter((client) => client.services.length > 0);
}

function matchingServices(client: Client, words: readonly string[]): Service[] {
  return client.services
    .map((service) => ({
      ...service,
      projects: service.projects.filter((project) => {
        const text = folded([client.name, service.name, ...textsOf(project)].join(" "));
        return words.every((word) => text.includes(word));
      }),
    }))
    .filter((service) => service.projects.length > 0);
}

const textsOf = (project: ProjectRow) => [project.name, project.stage ?? "", project.method ?? ""];

/** Projects, and those among them where somebody has to decide. */
export function countProjects(clients: readonly Client[]): { projects: number; waiting: number } {
  const rows = clients.flatMap((client) => client.services.flatMap((service) => service.projects));
  return { projects: rows.length, waiting: rows.filter((row) => row.waiting_gate_id).length };
}
