import type { StageStep } from "@/api/templates";
import { StageBadge } from "@/components/stage-badge";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { FieldChanges } from "./field-changes";

type Props = { steps: readonly StageStep[]; label: string };

const tones = {
  kept: "neutral",
  changed: "warning",
  added: "success",
  retired: "danger",
  removed: "danger",
} as const;

/** What a change of template does, stage by stage. */
export function Steps({ steps, label }: Props) {
  return (
    <ol aria-label={label} className="grid divide-y divide-line rounded-lg border border-line">
      {steps.map((step) => (
        <Step key={`${step.fate}:${step.key}`} step={step} />
      ))}
    </ol>
  );
}

function Step({ step }: { step: StageStep }) {
  const t = useTranslations("templates");
  const moved = step.is_moved && step.position_before !== null && step.position !== null;
  return (
    <li className="grid gap-2 px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="w-6 shrink-0 text-right text-xs text-muted tabular-nums">
          {step.position ?? "–"}
        </span>
        <bdi className="min-w-0 text-sm font-medium wrap-anywhere">{step.title}</bdi>
        <Badge tone={tones[step.fate]}>{t(`fates.${step.fate}`)}</Badge>
        {step.fate !== "removed" && <StageBadge state={step.state} />}
        {step.adds_gate && <Badge tone="accent">{t("newGate")}</Badge>}
      </div>
      {(step.fate === "retired" || step.fate === "removed" || moved || waits(step)) && (
        <p className="pl-8 text-xs text-muted">
          {step.fate === "retired" && t(isDropped(step) ? "droppedAbout" : "retiredAbout")}
          {step.fate === "removed" && t("removedAbout")}
          {step.fate !== "retired" &&
            moved &&
            t("movedAbout", { place: step.position_before ?? 0 })}
          {waits(step) && t("waitsAbout")}
        </p>
      )}
      {step.changes.length > 0 && (
        <div className="pl-8">
          <FieldChanges changes={step.changes} />
        </div>
      )}
    </li>
  );
}

/** A new stage that becomes the one that is worked on. */
const waits = (step: StageStep) => step.fate === "added" && step.state === "current";

/** It was worked on, and is left out now. */
const isDropped = (step: StageStep) => step.state_before !== step.state;
