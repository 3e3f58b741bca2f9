import {
  Circle,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleMinus,
  CircleSlash,
  Hourglass,
} from "lucide-react";
import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { classes } from "@/ui/classes";

type Standing = {
  state: Schemas["StageState"];
  /** Why a skipped stage is left out. */
  cause?: Schemas["SkipCause"] | null;
};
type Look = Schemas["StageState"] | "notNeeded" | "offPath";

const icons = {
  upcoming: Circle,
  current: CircleDot,
  submitted: Hourglass,
  done: CircleCheck,
  skipped: CircleSlash,
  notNeeded: CircleMinus,
  offPath: CircleDashed,
};

const tones = {
  upcoming: "neutral",
  current: "accent",
  submitted: "warning",
  done: "success",
  skipped: "neutral",
  notNeeded: "neutral",
  offPath: "neutral",
} as const;

const colours: Record<Look, string> = {
  upcoming: "text-faint",
  current: "text-accent-text",
  submitted: "text-warning",
  done: "text-success",
  skipped: "text-faint",
  notNeeded: "text-faint",
  offPath: "text-faint",
};

/** How a stage looks: its state, and for one that is left out why. */
export function lookOf({ state, cause }: Standing): Look {
  if (state === "skipped" && cause === "answer") return "notNeeded";
  return state === "skipped" && cause === "route" ? "offPath" : state;
}

export function StageIcon({ className, ...standing }: Standing & { className?: string }) {
  const look = lookOf(standing);
  const Icon = icons[look];
  return <Icon aria-hidden className={classes("size-4 shrink-0", colours[look], className)} />;
}

/** Where a stage stands, in a word. */
export function StageBadge(standing: Standing) {
  const t = useTranslations("projects");
  const look = lookOf(standing);
  const Icon = icons[look];
  return (
    <Badge tone={tones[look]}>
      <Icon aria-hidden />
      {t(`states.${look}`)}
    </Badge>
  );
}
