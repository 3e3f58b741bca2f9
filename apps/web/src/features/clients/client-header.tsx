"use client";

import { Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Client } from "@/api/levels";
import { ArchiveDialog, UnarchiveDialog } from "@/components/levels/archival";
import { EditClientDialog } from "@/components/levels/client-dialog";
import { DeleteDialog } from "@/components/levels/delete-dialog";
import { EditedBy } from "@/components/levels/edited-by";
import { LevelMenu } from "@/components/levels/level-menu";
import { ReferenceBadge } from "@/components/levels/reference-badge";
import { useSights } from "@/components/levels/sights";
import { PageHeader } from "@/components/page";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { GatedButton } from "@/ui/gated-button";

type Open = "edit" | "archive" | "unarchive" | "delete" | null;

export function ClientHeader({ client }: { client: Client }) {
  const t = useTranslations("levels");
  const router = useRouter();
  const allowed = useCanChange();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const { id, name } = client;
  const seen = useSights().client(client);
  const thing = { level: "client", id, name } as const;
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {client.name}
            {client.domain && <ReferenceBadge label={client.domain} />}
            {client.archived_at && <Badge>{t("statuses.archived")}</Badge>}
          </span>
        }
        about={
          <p className="flex flex-wrap gap-x-3">
            <span>
              {t("clientCounts", {
                services: client.services_total,
                projects: client.projects_total,
              })}
            </span>
            <EditedBy of={client} />
          </p>
        }
        actions={
          <>
            <GatedButton allowed={allowed} onClick={() => setOpen("edit")}>
              <Pencil aria-hidden />
              {t("editAction")}
            </GatedButton>
            <LevelMenu
              name={client.name}
              {...(client.archived_at
                ? { onUnarchive: () => setOpen("unarchive") }
                : { onArchive: () => setOpen("archive") })}
              onDelete={() => setOpen("delete")}
            />
          </>
        }
      />
      {open === "edit" && <EditClientDialog client={client} onClose={close} />}
      {open === "archive" && <ArchiveDialog thing={thing} seen={seen} onClose={close} />}
      {open === "unarchive" && <UnarchiveDialog thing={thing} seen={seen} onClose={close} />}
      {open === "delete" && (
        <DeleteDialog
          kind="client"
          id={client.id}
          name={client.name}
          seen={seen}
          onDeleted={() => router.push(paths.portfolio())}
          onClose={close}
        />
      )}
    </>
  );
}
