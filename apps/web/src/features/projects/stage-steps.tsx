"use client";

import { CircleQuestionMark, Diamond, FileWarning, GitFork, TriangleAlert } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { useEffect, useRef } from "react";
import type { Stage } from "@/api/projects";
import { lookOf, StageIcon } from "@/components/stage-badge";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import { classes } from "@/ui/classes";
import { SideTab, SideTabList, SideTabs } from "@/ui/side-tabs";
import { Tooltip } from "@/ui/tooltip";

type Props = {
  stages: readonly Stage[];
  /** Whether the files of a stage say something else than what is recorded. */
  saysOtherwise: (stageId: string) => boolean;
  /** The id of the stage that is looked at. */
  selected: string;
  onSelect: (stageId: string) => void;
  /** A `StagePanel` for each stage. */
  children: ReactNode;
};

/** All stages of the workflow in their order, beside what the selected one is about. */
export function StageSteps({ stages, saysOtherwise, selected, onSelect, children }: Props) {
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
            <Step
              key={stage.id}
              stage={stage}
              isLast={stage === stages.at(-1)}
              saysOtherwise={saysOtherwise(stage.id)}
            />
          ))}
        </SideTabList>
      </Card>
      <Card>{children}</Card>
    </SideTabs>
  );
}

type StepProps = { stage: Stage; isLast: boolean; saysOtherwise: boolean };

function Step({ stage, isLast, saysOtherwise }: StepProps) {
  const t = useTranslations("projects");
  const isQuiet = stage.state === "upcoming" || stage.state === "skipped";
  const look = lookOf({ state: stage.state, cause: stage.skip_cause });
  const { rounds } = stage;
  const about = [
    stage.agent,
    stage.optional && t("optional"),
    stage.condition && t("conditional"),
    stage.retired_at !== null && t("retired"),
    stage.can_start && t("beside"),
    rounds && rounds.total > 0 && t("rounds", { done: rounds.done, total: rounds.total }),
  ];
  const isActive = stage.state === "current" || stage.state === "submitted";
  return (
    <SideTab
      value={stage.id}
      aria-current={isActive ? "step" : undefined}
      className="relative gap-2.5 rounded-md px-2 py-1.5"
    >
      <StageIcon state={stage.state} cause={stage.skip_cause} className="relative z-10 mt-0.5" />
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
            stage.state === "skipped" && "line-through decoration-control",
          )}
        >
          {stage.title}
        </span>
        <span className="block min-h-4 truncate text-2xs text-muted">
          {about.filter(Boolean).join(" · ")}
        </span>
        <span className="sr-only">{t(`states.${look}`)}</span>
      </span>
      {saysOtherwise && (
        <Mark text={t("saysOtherwise")} className="text-warning">
          <FileWarning aria-hidden className="size-3.5" />
        </Mark>
      )}
      {isAsked(stage) && (
        <Mark text={t("questionWaits")} className="text-accent-text">
          <CircleQuestionMark aria-hidden className="size-3.5" />
        </Mark>
      )}
      {stage.routes && (
        <Mark text={t("hasRoutes")} className="text-faint">
          <GitFork aria-hidden className="size-3.5" />
        </Mark>
      )}
      {stage.gate && <GateMark stage={stage} />}
    </SideTab>
  );
}

const isAsked = ({ question, state }: Stage) =>
  question?.answers.length === 0 && (state === "current" || state === "upcoming");

function Mark(props: { text: string; className: string; children: ReactNode }) {
  return (
    <Tooltip text={props.text} side="right">
      <span className={classes("mt-0.5", props.className)}>
        {props.children}
        <span className="sr-only">{props.text}</span>
      </span>
    </Tooltip>
  );
}

function GateMark({ stage }: { stage: Stage }) {
  const t = useTranslations("projects");
  const isApproved = stage.state === "done" && stage.gate?.last_verdict === "approved";
  const isStale = stage.gate?.is_stale ?? false;
  const tone =
    stage.gate?.submission_id || isStale
      ? "text-warning"
      : isApproved
        ? "text-success"
        : "text-faint";
  return (
    <Tooltip text={isStale ? t("gateIsStale") : t("hasGate")} side="right">
      <span className={classes("mt-0.5", tone)}>
        {isStale ? (
          <TriangleAlert aria-hidden className="size-3.5" />
        ) : (
          <Diamond aria-hidden className={classes("size-3.5", isApproved && "fill-current")} />
        )}
        <span className="sr-only">{isStale ? t("gateIsStale") : t("hasGate")}</span>
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
