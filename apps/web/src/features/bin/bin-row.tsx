"use client";

import { ArchiveRestore, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNow } from "use-intl";
import type { Binned } from "@/api/levels";
import { useAccount } from "@/api/session";
import { DeleteDialog } from "@/components/levels/delete-dialog";
import { useAllowed } from "@/components/reasons";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { GatedButton } from "@/ui/gated-button";
import { canPurge, canRestore, daysLeft } from "./can";
import { RestoreDialog } from "./restore-dialog";

export function BinRow({ binned }: { binned: Binned }) {
  const t = useTranslations("bin");
  const { role } = useAccount();
  const allowed = useAllowed();
  const now = useNow({ updateInterval: 60_000 });
  const [isPurging, setIsPurging] = useState(false);
  const [isRestoring, setIsRestoring] = useState(false);
  const days = daysLeft(binned, now);
  const place = placeOf(binned);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="grid min-w-0 flex-1 basis-64 gap-0.5">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <bdi className="wrap-anywhere">{binned.name}</bdi>
          <Badge>{t(`kinds.${binned.kind}`)}</Badge>
        </p>
        {place && (
          <p className="text-sm text-muted wrap-anywhere">
            <bdi>{place}</bdi>
          </p>
        )}
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span>
            {binned.deleted_by ? t("deletedBy", { name: binned.deleted_by.name }) : t("deletedAt")}{" "}
            <When at={binned.deleted_at} />
          </span>
          <span className={days <= 3 ? "text-warning" : undefined}>{t("daysLeft", { days })}</span>
        </p>
      </div>
      <div className="flex gap-2">
        <GatedButton
          allowed={allowed(canRestore(binned, role))}
          aria-label={t("restoreNamed", { name: binned.name })}
          onClick={() => setIsRestoring(true)}
        >
          <ArchiveRestore aria-hidden />
          {t("restore")}
        </GatedButton>
        <GatedButton
          variant="quiet"
          allowed={allowed(canPurge(role))}
          aria-label={t("purgeNamed", { name: binned.name })}
          onClick={() => setIsPurging(true)}
        >
          <Trash2 aria-hidden />
          {t("purge")}
        </GatedButton>
      </div>
      {isPurging && (
        <DeleteDialog
          kind={binned.kind}
          isForGood
          id={binned.id}
          name={binned.name}
          onClose={() => setIsPurging(false)}
        />
      )}
      {isRestoring && <RestoreDialog binned={binned} onClose={() => setIsRestoring(false)} />}
    </li>
  );
}

function placeOf({ kind, client, service }: Binned): string | null {
  if (kind === "client") return null;
  return kind === "project" ? `${client} / ${service}` : client;
}
