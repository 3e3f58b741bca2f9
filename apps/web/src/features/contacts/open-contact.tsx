"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldUser, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { ContactWithLinks } from "@/api/catalogue";
import { catalogueChanged, contactQuery } from "@/api/catalogue";
import { useAccount } from "@/api/session";
import { EditContactDialog } from "@/components/contacts/contact-dialog";
import { DeleteDialog } from "@/components/levels/delete-dialog";
import { useSights } from "@/components/levels/sights";
import { PersonalData } from "@/components/privacy/personal-data";
import { useProblemText } from "@/components/problem-text";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { Skeleton } from "@/ui/skeleton";

type Props = { contactId: string; onClose: () => void };

/** One contact: to change for who may, to read for everybody. */
export function OpenContact({ contactId, onClose }: Props) {
  const t = useTranslations("contacts");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const canChange = useCanChange() === true;
  const { data, error } = useQuery(contactQuery(contactId));
  if (data && canChange) return <Editable contact={data} onClose={onClose} />;
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={data?.name ?? t("contact")}
      description={data?.client.name}
      closeLabel={common("close")}
    >
      {error && <Callout tone="danger">{problemText(error)}</Callout>}
      {!data && !error && <Skeleton className="h-40" />}
      {data && <Facts contact={data} />}
    </Dialog>
  );
}

function Editable({ contact, onClose }: { contact: ContactWithLinks; onClose: () => void }) {
  const t = useTranslations("contacts");
  const queries = useQueryClient();
  const isAdministrator = useAccount().role === "administrator";
  const seen = useSights().contact(contact);
  const [isAsking, setIsAsking] = useState(false);
  const [isDataOpen, setIsDataOpen] = useState(false);
  return (
    <>
      <EditContactDialog
        contact={contact}
        onClose={onClose}
        actions={
          <div className="mr-auto flex flex-wrap">
            <Button variant="quiet" onClick={() => setIsAsking(true)}>
              <Trash2 aria-hidden />
              {t("delete")}
            </Button>
            {isAdministrator && (
              <Button variant="quiet" onClick={() => setIsDataOpen(true)}>
                <ShieldUser aria-hidden />
                {t("personalData")}
              </Button>
            )}
          </div>
        }
      >
        <Links contact={contact} />
      </EditContactDialog>
      {isDataOpen && (
        <PersonalData
          subject={{ kind: "contacts", ...contact }}
          onClose={() => {
            setIsDataOpen(false);
            catalogueChanged(queries);
          }}
        />
      )}
      {isAsking && (
        <DeleteDialog
          kind="contact"
          id={contact.id}
          name={contact.name}
          seen={seen}
          onDeleted={onClose}
          onClose={() => setIsAsking(false)}
        />
      )}
    </>
  );
}

function Facts({ contact }: { contact: ContactWithLinks }) {
  const t = useTranslations("contacts");
  const facts = [
    [t("role"), contact.role],
    [t("email"), contact.email],
    [t("phone"), contact.phone],
  ] as const;
  return (
    <div className="grid gap-4">
      <dl className="grid gap-2 text-sm">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-muted">{name}</dt>
            <dd>{value || "—"}</dd>
          </div>
        ))}
      </dl>
      <Links contact={contact} />
    </div>
  );
}

/** What they are, and where. */
function Links({ contact: { services, projects } }: { contact: ContactWithLinks }) {
  const t = useTranslations("contacts");
  if (services.length + projects.length === 0) return null;
  return (
    <section aria-label={t("links")} className="grid gap-1.5 border-t border-line pt-4 text-sm">
      {services.map(({ service, role }) => (
        <p key={service.id} className="flex items-center gap-2">
          <bdi className="min-w-0 truncate">{service.name}</bdi>
          <Badge>{t(`roles.${role}`)}</Badge>
        </p>
      ))}
      {projects.map(({ project, roles }) => (
        <p key={project.id} className="flex flex-wrap items-center gap-2">
          <Link
            href={paths.project(project.id)}
            prefetch={false}
            className="min-w-0 truncate text-accent-text hover:underline"
          >
            <bdi>{project.name}</bdi>
          </Link>
          {roles.map((role) => (
            <Badge key={role}>{t(`roles.${role}`)}</Badge>
          ))}
        </p>
      ))}
    </section>
  );
}
