"use client";

import { Diamond } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import type { Stage } from "@/api/projects";
import { StageIcon } from "@/components/stage-badge";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import { SideTab, SideTabList, SideTabs } from "@/ui/side-tabs";
import { Tooltip } from "@/ui/tooltip";

type Props = {
  stages: readonly Stage[];
  /** The id of the stage that is looked at. */
  selected: string;
  onSelect: (stageId: string) => void;
  /** A `StagePanel` for each stage. */
  children: ReactNode;
};

/** All stages of the workflow in their order, beside what the selected one is about. */
export function StageSteps({ stages, selected, onSelect, children }: Props) {
  const t = useTranslations("projects");
  const list = useRef<HTMLDivElement>(null);
  useSelectedInView(list, selected);
  return (
    <SideTabs
      value={selected}
      onValueChange={onSelect}
      className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[19rem_minmax(0,1fr)]"
    >
      <Card className="overflow-hidden">
        <SideTabList
          ref={list}
          aria-label={t("stages")}
          className="relative max-h-64 overflow-y-auto p-1.5 lg:max-h-[calc(100dvh-5rem)]"
        >
          {stages.map((stage) => (
            <Step key={stage.id} stage={stage} isLast={stage === stages.at(-1)} />
          ))}
        </SideTabList>
      </Card>
      <Card>{children}</Card>
    </SideTabs>
  );
}

function Step({ stage, isLast }: { stage: Stage; isLast: boolean }) {
  const t = useTranslations("projects");
  const isQuiet = stage.state === "upcoming" || stage.state === "skipped";
  const about = [stage.agent, stage.optional && t("optional"), stage.condition && t("conditional")];
  const isActive = stage.state === "current" || stage.state === "submitted";
  return (
    <SideTab
      value={stage.id}
      aria-current={isActive ? "step" : undefined}
      className="relative gap-2.5 rounded-md px-2 py-1.5"
    >
      <StageIcon state={stage.state} className="relative z-10 mt-0.5" />
      {!isLast && (
        <span
          aria-hidden
          className="absolute top-7 -bottom-1.5 left-4 w-px -translate-x-1/2 bg-line"
        />
      )}
      <span className="min-w-0 flex-1">
        <span
          className={classes(
            "block truncate text-sm",
            isActive && "font-semibold",
            isQuiet && "text-muted",
          )}
        >
          {stage.title}
        </span>
        <span className="block min-h-4 truncate text-2xs text-muted">
          {about.filter(Boolean).join(" · ")}
        </span>
        <span className="sr-only">{t(`states.${stage.state}`)}</span>
      </span>
      {stage.gate && <GateMark stage={stage} />}
    </SideTab>
  );
}

function GateMark({ stage }: { stage: Stage }) {
  const t = useTranslations("projects");
  const isApproved = stage.state === "done" && stage.gate?.last_verdict === "approved";
  const tone = stage.gate?.submission_id
    ? "text-warning"
    : isApproved
      ? "text-success"
      : "text-faint";
  return (
    <Tooltip text={t("hasGate")} side="right">
      <span className={classes("mt-0.5", tone)}>
        <Diamond aria-hidden className={classes("size-3.5", isApproved && "fill-current")} />
        <span className="sr-only">{t("hasGate")}</span>
      </span>
    </Tooltip>
  );
}

/** Scrolls the list, and only the list, to the selected stage. */
function useSelectedInView(list: RefObject<HTMLDivElement | null>, selected: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the selected one is found in the list
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>("[data-state=active]");
    if (!list.current || !tab) return;
    const { scrollTop, clientHeight } = list.current;
    const isSeen =
      tab.offsetTop >= scrollTop && tab.offsetTop + tab.offsetHeight <= scrollTop + clientHeight;
    if (!isSeen) list.current.scrollTop = tab.offsetTop - clientHeight / 3;
  }, [list, selected]);
}
