"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, UserPlus, UserX } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { ContactWithLinks, Place, ProjectRole, ServiceRole } from "@/api/catalogue";
import { catalogueChanged, contactsOfProjectQuery, contactsOfServiceQuery } from "@/api/catalogue";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";
import { SideBySide } from "@/components/side-by-side";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { IconButton } from "@/ui/icon-button";
import { Skeleton } from "@/ui/skeleton";
import { showToast } from "@/ui/toast-store";
import { useChangedToast } from "../edit-conflict/changed-meanwhile";
import { useGuardedAction } from "../edit-conflict/use-guarded-action";
import { ListFailure } from "../list-failure";
import { useProblemText } from "../problem-text";
import { useCanChange } from "../use-can-change";
import { LinkContactDialog } from "./link-contact-dialog";
import { useLinkSight } from "./link-sight";

export type ContactRole = ServiceRole | ProjectRole;
export type LinkedContact = Schemas["LinkedContact"];
/** A contact in the version that was read, which covers its links. */
export type Versioned = Pick<LinkedContact, "id" | "version">;
type Linked = { contact: LinkedContact; roles: readonly ContactRole[] };

type Links = {
  client: Place;
  /** What a contact can be there. */
  offered: readonly ContactRole[];
  /** Whether a contact has one of them only. */
  isSingle: boolean;
  items: readonly Linked[] | undefined;
  error: unknown;
  isError: boolean;
  onRetry: () => void;
  /** What a contact is there. */
  rolesOf: (contact: ContactWithLinks) => readonly ContactRole[];
  link: (contact: Versioned, roles: ContactRole[]) => Promise<unknown>;
  unlink: (contact: Versioned) => Promise<unknown>;
};

/** The contacts of a service: the primary one, and who the relationship is kept with. */
export function ServiceContacts({ serviceId, client }: { serviceId: string; client: Place }) {
  const query = useQuery(contactsOfServiceQuery(serviceId));
  const at = ({ id, version }: Versioned) => ({
    params: { path: { service_id: serviceId, contact_id: id } },
    headers: ifMatch(version),
  });
  return (
    <ContactLinks
      client={client}
      offered={["primary", "relationship"]}
      isSingle
      items={query.data?.items.map(({ contact, role }) => ({ contact, roles: [role] }))}
      error={query.error}
      isError={query.isError}
      onRetry={() => void query.refetch()}
      rolesOf={({ services }) =>
        services.filter(({ service }) => service.id === serviceId).map(({ role }) => role)
      }
      link={(contact, [role]) =>
        unwrap(
          api.PUT("/api/v1/services/{service_id}/contacts/{contact_id}", {
            ...at(contact),
            body: { role: role as ServiceRole },
          }),
        )
      }
      unlink={(contact) =>
        unwrap(api.DELETE("/api/v1/services/{service_id}/contacts/{contact_id}", at(contact)))
      }
    />
  );
}

/** The contacts of a project: stakeholders, reviewers, approvers. */
export function ProjectContacts({ projectId, client }: { projectId: string; client: Place }) {
  const query = useQuery(contactsOfProjectQuery(projectId));
  const at = ({ id, version }: Versioned) => ({
    params: { path: { project_id: projectId, contact_id: id } },
    headers: ifMatch(version),
  });
  return (
    <ContactLinks
      client={client}
      offered={["stakeholder", "reviewer", "approver"]}
      isSingle={false}
      items={query.data?.items}
      error={query.error}
      isError={query.isError}
      onRetry={() => void query.refetch()}
      rolesOf={({ projects }) =>
        projects.find(({ project }) => project.id === projectId)?.roles ?? []
      }
      link={(contact, roles) =>
        unwrap(
          api.PUT("/api/v1/projects/{project_id}/contacts/{contact_id}", {
            ...at(contact),
            body: { roles: roles as ProjectRole[] },
          }),
        )
      }
      unlink={(contact) =>
        unwrap(api.DELETE("/api/v1/projects/{project_id}/contacts/{contact_id}", at(contact)))
      }
    />
  );
}

function ContactLinks(links: Links) {
  const t = useTranslations("contacts");
  const allowed = useCanChange();
  const [edited, setEdited] = useState<Linked | "new" | null>(null);
  return (
    <Card>
      <section aria-labelledby="contacts">
        <div className="flex flex-wrap items-center justify-between gap-3 p-3 pl-4">
          <h2 id="contacts" className="font-semibold">
            {t("title")}
          </h2>
          <GatedButton size="sm" allowed={allowed} onClick={() => setEdited("new")}>
            <UserPlus aria-hidden />
            {t("link")}
          </GatedButton>
        </div>
        {links.isError && <ListFailure error={links.error} onRetry={links.onRetry} />}
        {!links.items && !links.isError && <Skeleton className="m-3 h-10" />}
        {links.items?.length === 0 && (
          <p className="border-t border-line px-4 py-3 text-sm text-muted">{t("noneLinked")}</p>
        )}
        {links.items && links.items.length > 0 && (
          <ul>
            {links.items.map((linked) => (
              <LinkedRow
                key={linked.contact.id}
                linked={linked}
                rolesOf={links.rolesOf}
                unlink={links.unlink}
                onEdit={() => setEdited(linked)}
              />
            ))}
          </ul>
        )}
      </section>
      {edited && (
        <LinkContactDialog
          client={links.client}
          offered={links.offered}
          isSingle={links.isSingle}
          linked={edited === "new" ? null : edited}
          taken={links.items?.map(({ contact }) => contact.id) ?? []}
          rolesOf={links.rolesOf}
          link={links.link}
          onClose={() => setEdited(null)}
        />
      )}
    </Card>
  );
}

type RowProps = {
  linked: Linked;
  rolesOf: Links["rolesOf"];
  unlink: (contact: Versioned) => Promise<unknown>;
  onEdit: () => void;
};

function LinkedRow({ linked, rolesOf, unlink, onEdit }: RowProps) {
  const t = useTranslations("contacts");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const canChange = useCanChange() === true;
  const { contact, roles } = linked;
  const { seenOf, lookAgain } = useLinkSight(rolesOf);
  const removing = useGuardedAction({
    seen: seenOf(contact, roles),
    lookAgain: () => lookAgain(contact.id),
    act: (_: undefined, version) => unlink({ id: contact.id, version }),
    onDone: () => showToast({ tone: "success", title: t("unlinked", { name: contact.name }) }),
    onRefused: (error) => showToast({ tone: "danger", title: problemText(error) }),
    onChanged: useChangedToast(),
    onSettled: () => catalogueChanged(queries),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-4 py-2">
      <div className="grid min-w-0 flex-1 basis-48">
        <span className="flex min-w-0 items-center gap-2">
          <Link
            href={paths.contact(contact.id)}
            prefetch={false}
            className="truncate text-sm font-medium hover:underline"
          >
            <bdi>{contact.name}</bdi>
          </Link>
          {!contact.active && <Badge>{t("inactive")}</Badge>}
        </span>
        <span className="truncate text-xs text-muted">
          <SideBySide names={[contact.role, contact.email, contact.phone]} />
        </span>
      </div>
      <span className="flex flex-wrap gap-1">
        {roles.map((role) => (
          <Badge key={role} tone={role === "primary" ? "accent" : "neutral"}>
            {t(`roles.${role}`)}
          </Badge>
        ))}
      </span>
      {canChange && (
        <span className="flex">
          <IconButton size="sm" label={t("changeRole", { name: contact.name })} onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton
            size="sm"
            label={t("unlink", { name: contact.name })}
            isBusy={removing.isBusy}
            onClick={() => removing.run(undefined)}
          >
            <UserX aria-hidden />
          </IconButton>
        </span>
      )}
    </li>
  );
}
