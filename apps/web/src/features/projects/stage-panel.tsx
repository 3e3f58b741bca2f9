"use client";

import { Bot, GitBranch, Repeat } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Stage } from "@/api/projects";
import { routesOf } from "@/components/routes";
import { StageBadge } from "@/components/stage-badge";
import { When } from "@/components/when";
import { Badge } from "@/ui/badge";
import { SideTabPanel } from "@/ui/side-tabs";
import { ArtefactList } from "./artefact-list";
import { GateBox } from "./gate-box";
import { StageActions } from "./stage-actions";

type Props = { stage: Stage; stages: readonly Stage[] };

/** What a stage is about, what it needs and brings, and what can be done with it now. */
export function StagePanel({ stage, stages }: Props) {
  const t = useTranslations("projects");
  return (
    <SideTabPanel value={stage.id} className="grid gap-5 p-4 sm:p-5">
      <Head stage={stage} total={stages.length} />
      {stage.notes && <p className="max-w-prose whitespace-pre-line text-muted">{stage.notes}</p>}
      <Facts stage={stage} />
      <ArtefactList title={t("needs")} artefacts={stage.artefacts.filter(isNeeded)} />
      <ArtefactList title={t("produces")} artefacts={stage.artefacts.filter(isProduced)} />
      {stage.gate && <GateBox stage={stage} gate={stage.gate} />}
      <StageActions stage={stage} stages={stages} />
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
      <h2 className="text-lg font-semibold tracking-tight">{stage.title}</h2>
      <div className="flex flex-wrap items-center gap-2">
        <StageBadge state={stage.state} />
        {stage.optional && <Badge>{t("optional")}</Badge>}
        {stage.agent && (
          <Badge>
            <Bot aria-hidden />
            {stage.agent}
          </Badge>
        )}
        {stage.entered_at && <When at={stage.entered_at} className="text-xs text-muted" />}
      </div>
    </div>
  );
}

function Facts({ stage }: { stage: Stage }) {
  const t = useTranslations("projects");
  const routes = routesOf(stage.routes);
  const facts: [string, ReactNode][] = [];
  if (stage.condition) {
    facts.push([
      t("condition"),
      <Said key="condition" icon={<GitBranch aria-hidden />} text={stage.condition} />,
    ]);
  }
  if (stage.repeats) {
    facts.push([
      t("repeats"),
      <Said key="repeats" icon={<Repeat aria-hidden />} text={stage.repeats} />,
    ]);
  }
  if (stage.uses) facts.push([t("uses"), stage.uses]);
  if (stage.optional_steps.length > 0) {
    facts.push([t("optionalSteps"), stage.optional_steps.join(", ")]);
  }
  for (const route of routes) facts.push([route.name, route.leadsTo]);
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
