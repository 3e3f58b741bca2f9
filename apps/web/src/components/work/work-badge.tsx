import {
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleEllipsis,
  CircleHelp,
  Hourglass,
} from "lucide-react";
import type { WorkStatus } from "@/api/work";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";

const icons = {
  backlog: Circle,
  ready: CircleEllipsis,
  in_progress: CircleDot,
  review: Hourglass,
  done: CircleCheck,
  blocked: Ban,
  optional: CircleDashed,
  unknown: CircleHelp,
};

const tones = {
  backlog: "neutral",
  ready: "neutral",
  in_progress: "accent",
  review: "warning",
  done: "success",
  blocked: "danger",
  optional: "neutral",
  unknown: "neutral",
} as const;

type Props = {
  status: WorkStatus;
  /** The ledger's own word, where it is shown instead of ours. */
  raw?: string | null;
};

/** Where an item of work stands, in our word or in its ledger's. */
export function WorkBadge({ status, raw }: Props) {
  const t = useTranslations("work");
  const Icon = icons[status];
  return (
    <Badge tone={tones[status]} className="max-w-full min-w-0">
      <Icon aria-hidden className="shrink-0" />
      <span className="truncate">{raw ?? t(`statuses.${status}`)}</span>
    </Badge>
  );
}
