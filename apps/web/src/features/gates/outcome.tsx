"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowRight, CircleCheck, CircleX } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { projectQuery } from "@/api/projects";
import { useAccount } from "@/api/session";
import { useAllowed } from "@/components/reasons";
import { canSubmit } from "@/components/review/can";
import { SubmitButton } from "@/components/review/submit-button";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { newestOf } from "./can";
import { Answers, ApprovalList, By, OwnAttention } from "./decision-facts";
import { DecisionFile } from "./decision-file";
import { ProofLink } from "./proof-link";
import type { Decision, Gate } from "./queries";

type Props = {
  gate: Gate;
  decision: Decision;
  /** It was made on this page just now: say so to screen readers. */
  isNew: boolean;
};

/** What was decided, and what happens next. */
export function Outcome({ gate, decision, isNew }: Props) {
  const t = useTranslations("gates");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isNew) heading.current?.focus();
  }, [isNew]);
  const isApproved = decision.verdict === "approved";
  const Icon = isApproved ? CircleCheck : CircleX;
  return (
    <Card className="grid gap-4 p-4 text-sm">
      <div className="flex items-start gap-2.5">
        <Icon aria-hidden className={isApproved ? "size-5 text-success" : "size-5 text-danger"} />
        <div className="grid min-w-0 gap-0.5">
          <h2 ref={heading} tabIndex={-1} className="font-medium outline-none">
            {isApproved ? t("approved") : t("rejected")}
          </h2>
          <p className="text-muted">
            <By decision={decision} />
          </p>
        </div>
      </div>
      {decision.reason && (
        <blockquote className="border-l-2 border-line pl-3 whitespace-pre-line wrap-anywhere">
          {decision.reason}
        </blockquote>
      )}
      <Answers items={decision.checklist} />
      <EarlierApprovals gate={gate} />
      <OwnAttention attention={decision.attention} />
      {decision.file && <DecisionFile file={decision.file} />}
      <ProofLink decision={decision} />
      {isApproved ? <NextStage gate={gate} /> : <Rework gate={gate} />}
    </Card>
  );
}

/** The approvals that came before the decision that settled. */
function EarlierApprovals({ gate }: { gate: Gate }) {
  const t = useTranslations("gates");
  const earlier = newestOf(gate)?.decisions.filter(({ settles }) => !settles) ?? [];
  if (earlier.length === 0) return null;
  return (
    <section className="grid gap-1.5">
      <h3 className="text-xs font-medium text-muted">{t("approvedBefore")}</h3>
      <ApprovalList decisions={earlier} />
    </section>
  );
}

function NextStage({ gate }: { gate: Gate }) {
  const t = useTranslations("gates");
  const project = useQuery(projectQuery(gate.place.project_id));
  const next = project.data?.stages.find(({ position }) => position === gate.stage.position + 1);
  return (
    <div className="grid gap-2 border-t border-line pt-4">
      {project.isSuccess && (
        <p className="text-muted">
          {next ? t("nextStage", { stage: next.title }) : t("lastStage")}
        </p>
      )}
      <Button asChild variant="primary">
        <Link href={paths.project(gate.place.project_id)} prefetch={false}>
          {t("toProject")}
          <ArrowRight aria-hidden />
        </Link>
      </Button>
    </div>
  );
}

function Rework({ gate }: { gate: Gate }) {
  const t = useTranslations("gates");
  const { role } = useAccount();
  const allowed = useAllowed()(canSubmit(gate.stage, false, role));
  if (gate.stage.state !== "current") return null;
  return (
    <div className="grid gap-2 border-t border-line pt-4">
      <p className="text-muted">{t("rework")}</p>
      <SubmitButton gateId={gate.id} stage={gate.stage.title} allowed={allowed} isAgain />
    </div>
  );
}
