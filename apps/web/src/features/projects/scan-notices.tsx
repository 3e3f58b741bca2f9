"use client";

import type { Schemas } from "@/api/client";
import { Notices } from "@/components/notices";
import { useTranslations } from "@/lib/translations";
import { Disclosure } from "@/ui/disclosure";

type Props = { workspace: Schemas["WorkspaceOut"] };

/** What the last scan could not take as it was. */
export function ScanNotices({ workspace }: Props) {
  const t = useTranslations("projects");
  const { notices } = workspace;
  if (notices.length === 0) return null;
  return (
    <Disclosure title={t("notices", { count: notices.length })}>
      <Notices notices={notices} />
    </Disclosure>
  );
}
