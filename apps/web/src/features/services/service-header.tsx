"use client";

import { Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Service } from "@/api/levels";
import { ArchiveDialog, UnarchiveDialog } from "@/components/levels/archival";
import { DeleteDialog } from "@/components/levels/delete-dialog";
import { EditedBy } from "@/components/levels/edited-by";
import { LevelMenu } from "@/components/levels/level-menu";
import { MoveServiceDialog } from "@/components/levels/move-dialog";
import { ReferenceBadge } from "@/components/levels/reference-badge";
import { EditServiceDialog } from "@/components/levels/service-dialog";
import { useSights } from "@/components/levels/sights";
import { PageHeader } from "@/components/page";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { GatedButton } from "@/ui/gated-button";

type Open = "edit" | "move" | "archive" | "unarchive" | "delete" | null;

export function ServiceHeader({ service }: { service: Service }) {
  const t = useTranslations("levels");
  const router = useRouter();
  const allowed = useCanChange();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const { id, name } = service;
  const seen = useSights().service(service);
  const thing = { level: "service", id, name } as const;
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {service.name}
            {service.categories.map((category) => (
              <ReferenceBadge key={category.id} label={category} />
            ))}
            {service.archived_at && <Badge>{t("statuses.archived")}</Badge>}
          </span>
        }
        about={
          <div className="grid gap-1">
            {service.description && (
              <p className="max-w-prose whitespace-pre-wrap wrap-anywhere">{service.description}</p>
            )}
            <p>
              <EditedBy of={service} />
            </p>
          </div>
        }
        actions={
          <>
            <GatedButton allowed={allowed} onClick={() => setOpen("edit")}>
              <Pencil aria-hidden />
              {t("editAction")}
            </GatedButton>
            <LevelMenu
              name={service.name}
              onMove={() => setOpen("move")}
              {...(service.archived_at
                ? { onUnarchive: () => setOpen("unarchive") }
                : { onArchive: () => setOpen("archive") })}
              onDelete={() => setOpen("delete")}
            />
          </>
        }
      />
      {open === "edit" && <EditServiceDialog service={service} onClose={close} />}
      {open === "move" && <MoveServiceDialog service={service} onClose={close} />}
      {open === "archive" && <ArchiveDialog thing={thing} seen={seen} onClose={close} />}
      {open === "unarchive" && <UnarchiveDialog thing={thing} seen={seen} onClose={close} />}
      {open === "delete" && (
        <DeleteDialog
          kind="service"
          id={service.id}
          name={service.name}
          seen={seen}
          onDeleted={() => router.push(paths.client(service.client.id))}
          onClose={close}
        />
      )}
    </>
  );
}
