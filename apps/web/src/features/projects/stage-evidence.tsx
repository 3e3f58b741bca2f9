"use client";

import { useQuery } from "@tanstack/react-query";
import { FileCheck2 } from "lucide-react";
import type { Schemas } from "@/api/client";
import type { Stage } from "@/api/projects";
import { progressQuery } from "@/api/work";
import { lookOf } from "@/components/stage-badge";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Callout } from "@/ui/callout";

type Disagreement = Schemas["StageDisagreement"];
type Evidence = Schemas["StageEvidence"];

export type FilesSay = {
  evidence: Evidence | undefined;
  disagreements: readonly Disagreement[];
};

/** What the files show of each stage, by its id; nothing while that is not known. */
export function useFilesSay(projectId: string): (stageId: string) => FilesSay {
  const { data } = useQuery(progressQuery(projectId));
  return (stageId) => ({
    evidence: data?.evidence.find((each) => each.stage_id === stageId),
    disagreements: data?.stages.filter((each) => each.stage_id === stageId) ?? [],
  });
}

type Props = { stage: Stage; files: FilesSay };

/** What is recorded of a stage beside what its files show; where they differ, it says so. */
export function StageEvidence({ stage, files }: Props) {
  const t = useTranslations("projects");
  const { evidence, disagreements } = files;
  if (!evidence && disagreements.length === 0) return null;
  return (
    <section className="grid gap-2">
      <h3 className="text-xs font-medium text-muted">{t("evidence")}</h3>
      <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[9rem_minmax(0,1fr)]">
        <dt className="text-muted">{t("recorded")}</dt>
        <dd>{t(`states.${lookOf({ state: stage.state, cause: stage.skip_cause })}`)}</dd>
        {evidence && (
          <>
            <dt className="text-muted">{t("filesShow")}</dt>
            <dd className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <FileCheck2 aria-hidden className="size-3.5 text-faint" />
              {t("filesThere", { there: evidence.there, wanted: evidence.wanted })}
              {evidence.statuses.map(({ document_id, raw, title }) => (
                <Badge key={document_id} title={title}>
                  {raw}
                </Badge>
              ))}
            </dd>
          </>
        )}
      </dl>
      {disagreements.length > 0 && <SaysOtherwise disagreements={disagreements} />}
    </section>
  );
}

function SaysOtherwise({ disagreements }: { disagreements: readonly Disagreement[] }) {
  const t = useTranslations("work");
  const stateName = useTranslations("projects.states");
  const title = useTranslations("projects")("saysOtherwise");
  return (
    <Callout tone="warning" title={title}>
      <ul className="grid gap-1">
        {disagreements.map(({ finding, title: stage, state, names, open, total }) => (
          <li key={finding} className="wrap-anywhere">
            {t(`findings.${finding}`, {
              stage,
              state: stateName(state),
              names: names.join(", "),
              open,
              total,
            })}
          </li>
        ))}
      </ul>
    </Callout>
  );
}
