"use client";

import { Diamond } from "lucide-react";
import Link from "next/link";
import { useNow } from "use-intl";
import type { Stage } from "@/api/projects";
import { useGateReason } from "@/components/gate-reason";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { classes } from "@/ui/classes";

type Gate = NonNullable<Stage["gate"]>;
type Props = { stage: Stage; gate: Gate };

/** Where people decide, before the next stage begins. */
export function GateBox({ stage, gate }: Props) {
  const t = useTranslations("projects");
  const told = useGateReason();
  const isWaiting = gate.submission_id !== null;
  return (
    <section
      className={classes(
        "flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border p-3",
        isWaiting || gate.is_stale ? "border-warning/40 bg-warning-soft" : "border-line bg-sunken",
      )}
    >
      <Diamond aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
      <div className="min-w-0 flex-1 basis-56">
        <h3 className="flex flex-wrap items-center gap-2 text-sm font-medium">
          {t(`gateKinds.${gate.kind}`)}
          <GateState gate={gate} />
        </h3>
        <p className="mt-0.5 text-sm text-muted">{told(gate.reason)}</p>
        {gate.last_verdict === "rejected" && gate.last_reason && (
          <blockquote className="mt-2 line-clamp-4 border-l-2 border-danger pl-2.5 text-sm whitespace-pre-line wrap-anywhere">
            {gate.last_reason}
          </blockquote>
        )}
      </div>
      {stage.state !== "upcoming" && !isWaiting && (
        <Link
          href={paths.gate(gate.id)}
          prefetch={false}
          className="self-center text-sm font-medium whitespace-nowrap text-accent-text hover:underline"
        >
          {gate.is_stale
            ? t("readChange")
            : gate.last_verdict === "rejected"
              ? t("readRejection")
              : t("openGate")}
        </Link>
      )}
    </section>
  );
}

function GateState({ gate }: { gate: Gate }) {
  const t = useTranslations("projects");
  if (gate.submission_id) {
    const { approvals_given: given, approvals_needed: needed } = gate;
    return (
      <>
        <Badge tone="warning">{t("gateWaits")}</Badge>
        {needed > 1 && <Badge>{t("gateApprovals", { given, needed })}</Badge>}
        {gate.due_at && <Due at={gate.due_at} />}
      </>
    );
  }
  if (gate.is_stale) return <Badge tone="warning">{t("gateStale")}</Badge>;
  if (gate.last_verdict === "approved") return <Badge tone="success">{t("gateApproved")}</Badge>;
  if (gate.last_verdict === "rejected") return <Badge tone="danger">{t("gateRejected")}</Badge>;
  return null;
}

function Due({ at }: { at: string }) {
  const t = useTranslations("projects");
  const now = useNow({ updateInterval: 60_000 });
  const isLate = Date.parse(at) < now.getTime();
  return (
    <Badge tone={isLate ? "danger" : "neutral"}>
      {isLate ? t("gateLate") : t("gateDue")} <When at={at} />
    </Badge>
  );
}
