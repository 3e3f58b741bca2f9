"use client";

import { Inbox } from "lucide-react";
import { useAccount } from "@/api/session";
import { EmptyState } from "@/components/empty-state";
import { useAllowed } from "@/components/reasons";
import { canSubmit } from "@/components/review/can";
import { SubmitButton } from "@/components/review/submit-button";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import type { Gate, Submission } from "./queries";

/** There is nothing to decide: why, and how something comes here. */
export function NothingSubmitted({ gate }: { gate: Gate }) {
  const t = useTranslations("gates");
  const allowed = useAllowed()(canSubmit(gate.stage, false, useAccount().role));
  const isUpcoming = gate.stage.state === "upcoming";
  return (
    <Card>
      <EmptyState
        icon={Inbox}
        title={gate.submissions.length > 0 ? t("wasWithdrawn") : t("nothingSubmitted")}
        actions={<SubmitButton gateId={gate.id} stage={gate.stage.title} allowed={allowed} />}
      >
        {isUpcoming ? t("notYetItsTurn") : t("nothingSubmittedAbout")}
      </EmptyState>
    </Card>
  );
}

type StaleProps = { gate: Gate; submission: Submission };

/** What was submitted is not what the files say now. */
export function StaleNotice({ gate, submission }: StaleProps) {
  const t = useTranslations("gates");
  const allowed = useAllowed()(canSubmit(gate.stage, true, useAccount().role));
  return (
    <Callout tone="warning" title={t("stale")}>
      <span>{t("staleAbout", { paths: submission.changed.join(", ") })}</span>
      <div className="mt-1.5">
        <SubmitButton gateId={gate.id} stage={gate.stage.title} allowed={allowed} isAgain />
      </div>
    </Callout>
  );
}
