import type { QueryKey } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import type { Application, ContactWithLinks } from "@/api/catalogue";
import { applicationQuery, contactQuery } from "@/api/catalogue";
import type { Client, Deletable, ProjectFacts, Service } from "@/api/levels";
import { clientQuery, factsQuery, serviceQuery } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import type { Seen } from "../edit-conflict/use-guarded-action";

/** What a page shows of something, for telling what somebody else changed of it. */
export function useSights() {
  const t = useTranslations("levels");
  const contacts = useTranslations("contacts");
  const applications = useTranslations("applications");
  const archival = (at: string | null) => t(at ? "statuses.archived" : "statuses.active");
  return {
    client: (client: Client): Seen => ({
      values: {
        [t("name")]: client.name,
        [t("domain")]: client.domain?.name ?? null,
        [t("costOfDelay")]: String(client.cost_of_delay),
        [t("status")]: archival(client.archived_at),
      },
      ...versionOf(client),
    }),
    service: (service: Service): Seen => ({
      values: {
        [t("name")]: service.name,
        [t("client")]: service.client.name,
        [t("description")]: service.description,
        [t("categories")]: namesOf(service.categories),
        [t("status")]: archival(service.archived_at),
      },
      ...versionOf(service),
    }),
    project: (facts: ProjectFacts): Seen => ({
      values: {
        [t("name")]: facts.name,
        [t("key")]: facts.key,
        [t("status")]: t(`statuses.${facts.status}`),
        [t("reason")]: facts.status_reason,
        [t("client")]: facts.client.name,
        [t("service")]: facts.service.name,
        [t("owner")]: facts.owner?.name ?? null,
        [t("description")]: facts.description,
        [t("type")]: t(`types.${facts.type}`),
        [t("implementationType")]: facts.implementation_type?.name ?? null,
        [t("userCategories")]: namesOf(facts.user_categories),
      },
      ...versionOf(facts),
    }),
    contact: (contact: ContactWithLinks): Seen => ({
      values: {
        [contacts("name")]: contact.name,
        [contacts("email")]: contact.email,
        [contacts("role")]: contact.role,
        [contacts("phone")]: contact.phone,
        [contacts("state")]: contacts(`is.${contact.active}`),
        [contacts("links")]: [
          ...contact.services.map(
            ({ service, role }) => `${service.name} (${contacts(`roles.${role}`)})`,
          ),
          ...contact.projects.map(
            ({ project, roles }) =>
              `${project.name} (${roles.map((role) => contacts(`roles.${role}`)).join(", ")})`,
          ),
        ].join(", "),
      },
      ...versionOf(contact),
    }),
    application: (application: Application): Seen => ({
      values: {
        [applications("name")]: application.name,
        [applications("url")]: application.url,
        [applications("description")]: application.description,
        [applications("projects")]: application.projects
          .map(({ name, relation }) => `${name} (${applications(`relation.${relation}`)})`)
          .join(", "),
      },
      ...versionOf(application),
    }),
  };
}

/** What is there now, after somebody else changed it. */
export function useLookAgain(kind: Deletable, id: string): () => Promise<Seen> {
  const sights = useSights();
  const queries = useQueryClient();
  const fresh = <T, K extends QueryKey>(
    query: Parameters<typeof queries.fetchQuery<T, Error, T, K>>[0],
  ) => queries.fetchQuery({ ...query, staleTime: 0 });
  return async () => {
    switch (kind) {
      case "client":
        return sights.client(await fresh(clientQuery(id)));
      case "service":
        return sights.service(await fresh(serviceQuery(id)));
      case "project":
        return sights.project(await fresh(factsQuery(id)));
      case "contact":
        return sights.contact(await fresh(contactQuery(id)));
      case "application":
        return sights.application(await fresh(applicationQuery(id)));
    }
  };
}

type Versioned = { version: number; updated_by: { name: string } | null };

const versionOf = ({ version, updated_by }: Versioned) => ({
  version,
  by: updated_by?.name ?? null,
});
const namesOf = (labels: readonly { name: string }[]) => labels.map(({ name }) => name).join(", ");
