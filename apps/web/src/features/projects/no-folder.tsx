"use client";

import { FolderPlus } from "lucide-react";
import Link from "next/link";
import { EmptyState } from "@/components/empty-state";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";

/** In place of stages and documents while a project has no folder: the way to one. */
export function NoFolder({ projectId }: { projectId: string }) {
  const t = useTranslations("projects");
  const allowed = useCanChange();
  const action = (
    <>
      <FolderPlus aria-hidden />
      {t("giveFolder")}
    </>
  );
  return (
    <Card>
      <EmptyState
        icon={FolderPlus}
        title={t("noFolder")}
        actions={
          allowed === true ? (
            <Button asChild variant="primary">
              <Link href={paths.folderFor(projectId)} prefetch={false}>
                {action}
              </Link>
            </Button>
          ) : (
            <GatedButton allowed={allowed}>{action}</GatedButton>
          )
        }
      >
        {t("noFolderAbout")}
      </EmptyState>
    </Card>
  );
}
