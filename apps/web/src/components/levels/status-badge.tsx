import type { ProjectStatus } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";

const tones = {
  draft: "neutral",
  active: "accent",
  blocked: "danger",
  completed: "success",
  archived: "neutral",
} as const;

/** A project's status, in a word. */
export function StatusBadge({ status }: { status: ProjectStatus }) {
  const t = useTranslations("levels");
  return <Badge tone={tones[status]}>{t(`statuses.${status}`)}</Badge>;
}
