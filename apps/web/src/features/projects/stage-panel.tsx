"use client";

import { Bot, Repeat } from "lucide-react";
import type { ReactNode } from "react";
import type { Stage } from "@/api/projects";
import { spaced } from "@/components/routes";
import { StageBadge } from "@/components/stage-badge";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { SideTabPanel } from "@/ui/side-tabs";
import { ArtefactList } from "./artefact-list";
import { GateBox } from "./gate-box";
import { QuestionBox } from "./question-box";
import { RoundsBox } from "./rounds-box";
import { RouteBox } from "./route-box";
import { StageActions } from "./stage-actions";
import type { FilesSay } from "./stage-evidence";
import { StageEvidence } from "./stage-evidence";

type Props = { stage: Stage; stages: readonly Stage[]; files: FilesSay };

/** What a stage is about, what it needs and brings, and what can be done with it now. */
export function StagePanel({ stage, stages, files }: Props) {
  const t = useTranslations("projects");
  return (
    <SideTabPanel value={stage.id} className="grid grid-cols-[minmax(0,1fr)] gap-5 p-4 sm:p-5">
      <Head stage={stage} total={stages.length} />
      {/* Above all that comes later and would move them away from under the pointer. */}
      <StageActions stage={stage} stages={stages} />
      {stage.retired_at !== null && <p className="text-sm text-muted">{t("retiredAbout")}</p>}
      {stage.state === "skipped" && <WhyLeftOut stage={stage} stages={stages} />}
      {stage.notes && <p className="max-w-prose whitespace-pre-line text-muted">{stage.notes}</p>}
      {stage.question && <QuestionBox stage={stage} question={stage.question} stages={stages} />}
      {stage.routes && <RouteBox stage={stage} />}
      <Facts stage={stage} />
      <ArtefactList title={t("needs")} artefacts={stage.artefacts.filter(isNeeded)} />
      <ArtefactList title={t("produces")} artefacts={stage.artefacts.filter(isProduced)} />
      <StageEvidence stage={stage} files={files} />
      {stage.rounds && <RoundsBox rounds={stage.rounds} />}
      {stage.gate && <GateBox stage={stage} gate={stage.gate} />}
    </SideTabPanel>
  );
}

type Artefact = Stage["artefacts"][number];
const isNeeded = (artefact: Artefact) => artefact.role === "requires";
const isProduced = (artefact: Artefact) => artefact.role !== "requires";

function Head({ stage, total }: { stage: Stage; total: number }) {
  const t = useTranslations("projects");
  return (
    <div className="grid gap-1.5">
      <p className="text-xs text-muted">{t("stageOf", { position: stage.position, total })}</p>
      <h2 className="min-w-0 text-lg font-semibold tracking-tight wrap-anywhere">{stage.title}</h2>
      <div className="flex flex-wrap items-center gap-2">
        <StageBadge state={stage.state} cause={stage.skip_cause} />
        {stage.optional && <Badge>{t("optional")}</Badge>}
        {stage.retired_at !== null && <Badge tone="warning">{t("retired")}</Badge>}
        {stage.agent && (
          <Badge>
            <Bot aria-hidden />
            {stage.agent}
          </Badge>
        )}
        {stage.entered_at && stage.state !== "upcoming" && (
          <When at={stage.entered_at} className="text-xs text-muted" />
        )}
      </div>
    </div>
  );
}

/** Why the work goes past a stage; said by a person, or following from what one said. */
function WhyLeftOut({ stage, stages }: Pick<Props, "stage" | "stages">) {
  const t = useTranslations("projects");
  if (stage.skip_cause === "answer") {
    return <p className="text-sm text-muted">{t("leftOutByAnswer")}</p>;
  }
  if (stage.dropped_at !== null) return null; // that its method has it no more is said already
  if (stage.skip_cause === "route") {
    const fork = stages.find(({ choices, position }) => choices[0] && position < stage.position);
    return (
      <p className="text-sm text-muted wrap-anywhere">
        {t("leftOutByRoute", {
          route: spaced(fork?.choices[0]?.route ?? ""),
          stage: fork?.title ?? "",
        })}
      </p>
    );
  }
  return (
    <div className="text-sm">
      {stage.moved_by && <p className="text-muted">{t("skippedBy", { name: stage.moved_by })}</p>}
      {stage.reason && (
        <blockquote className="mt-1 max-w-prose border-l-2 border-control pl-2.5 whitespace-pre-line wrap-anywhere">
          {stage.reason}
        </blockquote>
      )}
    </div>
  );
}

function Facts({ stage }: { stage: Stage }) {
  const t = useTranslations("projects");
  const facts: [string, ReactNode][] = [];
  if (stage.condition && !stage.question) facts.push([t("condition"), spaced(stage.condition)]);
  if (stage.repeats) {
    facts.push([
      t("repeats"),
      <Said key="repeats" icon={<Repeat aria-hidden />} text={spaced(stage.repeats)} />,
    ]);
  }
  if (stage.uses) facts.push([t("uses"), stage.uses]);
  if (stage.optional_steps.length > 0) {
    facts.push([t("optionalSteps"), stage.optional_steps.join(", ")]);
  }
  if (facts.length === 0) return null;
  return (
    <dl className="grid gap-x-4 gap-y-1.5 text-sm sm:grid-cols-[9rem_minmax(0,1fr)]">
      {facts.map(([name, fact]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="max-sm:mb-1.5 wrap-anywhere">{fact}</dd>
        </div>
      ))}
    </dl>
  );
}

function Said({ icon, text }: { icon: ReactNode; text: string }) {
  return (
    <span className="flex items-start gap-1.5 [&_svg]:mt-0.5 [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-faint">
      {icon}
      {text}
    </span>
  );
}
