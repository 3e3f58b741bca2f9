import { Diamond } from "lucide-react";
import type { Template } from "@/api/templates";
import { useGateReason } from "@/components/gate-reason";
import { GateRules } from "@/components/gate-rules";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";

type Stage = Template["stages"][number];
type Props = { stages: readonly Stage[] };

/** What a template says of each stage: who, what it needs, what it produces, where people decide. */
export function StageList({ stages }: Props) {
  const t = useTranslations("templates");
  if (stages.length === 0) return <p className="text-sm text-muted">{t("noStages")}</p>;
  return (
    <Card>
      <ol aria-label={t("stages")} className="divide-y divide-line">
        {stages.map((stage) => (
          <Row key={stage.key} stage={stage} />
        ))}
      </ol>
    </Card>
  );
}

function Row({ stage }: { stage: Stage }) {
  const t = useTranslations("templates");
  const told = useGateReason();
  return (
    <li className="grid grid-cols-[1.75rem_minmax(0,1fr)] gap-x-2 px-4 py-2.5">
      <span className="pt-0.5 text-xs text-muted tabular-nums">{stage.position}</span>
      <div className="grid gap-1.5">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <bdi className="text-sm font-medium wrap-anywhere">{stage.title}</bdi>
          {stage.agent && <Badge>{stage.agent}</Badge>}
          {stage.optional && <Badge>{t("optional")}</Badge>}
          {stage.repeats && <Badge>{t("repeats", { what: stage.repeats })}</Badge>}
          {stage.gate && (
            <Badge tone="accent">
              <Diamond aria-hidden />
              {t(`gates.${stage.gate.kind}`)}
            </Badge>
          )}
        </div>
        {stage.gate?.reason && <p className="text-xs text-muted">{told(stage.gate.reason)}</p>}
        {stage.gate && <GateRules rules={stage.gate.rules} />}
        {stage.condition && (
          <p className="text-xs text-muted">{t("onlyIf", { condition: stage.condition })}</p>
        )}
        {stage.notes && (
          <p className="line-clamp-3 max-w-prose text-sm whitespace-pre-line text-muted">
            {stage.notes}
          </p>
        )}
        <Artefacts artefacts={stage.artefacts} />
      </div>
    </li>
  );
}

function Artefacts({ artefacts }: { artefacts: Stage["artefacts"] }) {
  const t = useTranslations("templates");
  if (artefacts.length === 0) return null;
  return (
    <ul className="grid gap-0.5 text-xs">
      {artefacts.map((artefact) => (
        <li
          key={`${artefact.role}:${artefact.label}`}
          className="flex flex-wrap items-baseline gap-x-2"
        >
          <span className="text-muted">{t(`roles.${artefact.role}`)}</span>
          <bdi className="wrap-anywhere">{artefact.label}</bdi>
          {artefact.patterns.map((pattern) => (
            <code key={pattern} className="font-mono text-faint wrap-anywhere">
              {pattern}
            </code>
          ))}
        </li>
      ))}
    </ul>
  );
}
