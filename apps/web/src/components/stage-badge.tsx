import { Circle, CircleCheck, CircleDot, CircleSlash, Hourglass } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Schemas } from "@/api/client";
import { Badge } from "@/ui/badge";
import { classes } from "@/ui/classes";

type State = Schemas["StageState"];

const icons = {
  upcoming: Circle,
  current: CircleDot,
  submitted: Hourglass,
  done: CircleCheck,
  skipped: CircleSlash,
};

const tones = {
  upcoming: "neutral",
  current: "accent",
  submitted: "warning",
  done: "success",
  skipped: "neutral",
} as const;

const colours: Record<State, string> = {
  upcoming: "text-faint",
  current: "text-accent-text",
  submitted: "text-warning",
  done: "text-success",
  skipped: "text-faint",
};

export function StageIcon({ state, className }: { state: State; className?: string }) {
  const Icon = icons[state];
  return <Icon aria-hidden className={classes("size-4 shrink-0", colours[state], className)} />;
}

/** Where a stage stands, in a word. */
export function StageBadge({ state }: { state: State }) {
  const t = useTranslations("projects");
  const Icon = icons[state];
  return (
    <Badge tone={tones[state]}>
      <Icon aria-hidden />
      {t(`states.${state}`)}
    </Badge>
  );
}
