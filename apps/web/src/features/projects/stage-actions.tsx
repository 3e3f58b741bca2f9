"use client";

import { ArrowRight, CircleCheck, Play } from "lucide-react";
import Link from "next/link";
import type { MouseEvent } from "react";
import { useState } from "react";
import type { Stage } from "@/api/projects";
import { useAccount } from "@/api/session";
import { useProblemText } from "@/components/problem-text";
import { useAllowed } from "@/components/reasons";
import { canSubmit, canWithdraw } from "@/components/review/can";
import { SubmitButton } from "@/components/review/submit-button";
import { WithdrawButton } from "@/components/review/withdraw-button";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { GatedButton } from "@/ui/gated-button";
import { showToast } from "@/ui/toast-store";
import { canComplete, canSkip, canStart, pathUnknown } from "./can";
import { useCompletion, useStart } from "./moves";
import { ReopenButton, SkipButton } from "./reason-buttons";
import { ReasonDialog } from "./reason-dialog";

type Props = { stage: Stage; stages: readonly Stage[] };

/** What can be done with a stage in its state; the main thing first. */
export function StageActions({ stage, stages }: Props) {
  if (stage.state === "upcoming") return <UpcomingActions stage={stage} stages={stages} />;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line pb-4">
      {stage.state === "current" && <CurrentActions stage={stage} />}
      {stage.state === "submitted" && <SubmittedActions stage={stage} />}
      {(stage.state === "done" || stage.state === "skipped") && (
        <ReopenButton stage={stage} stages={stages} />
      )}
    </div>
  );
}

function UpcomingActions({ stage, stages }: Props) {
  const t = useTranslations("projects");
  const canBeSkipped = canSkip(stage, useAccount().role) === true;
  const before = stages.find(({ state }) => state === "current" || state === "submitted");
  return (
    <div className="grid gap-3 border-b border-line pb-4">
      <p className="text-sm text-muted">
        {stage.can_start
          ? t("besideAbout", { stage: before?.title ?? "" })
          : t("comesLater", { stage: before?.title ?? "" })}
      </p>
      {(stage.can_start || canBeSkipped) && (
        <div className="flex flex-wrap items-center gap-2">
          {stage.can_start && <StartButton stage={stage} />}
          {canBeSkipped && <SkipButton stage={stage} />}
        </div>
      )}
    </div>
  );
}

function StartButton({ stage }: { stage: Stage }) {
  const t = useTranslations("projects");
  const problemText = useProblemText();
  const allowed = useAllowed()(canStart(useAccount().role));
  const start = useStart(stage.id);
  return (
    <GatedButton
      allowed={allowed}
      isBusy={start.isPending}
      onClick={() =>
        start.mutate(undefined, {
          onSuccess: () =>
            showToast({ tone: "success", title: t("started", { stage: stage.title }) }),
          onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
        })
      }
    >
      <Play aria-hidden />
      {t("start")}
    </GatedButton>
  );
}

function CurrentActions({ stage }: { stage: Stage }) {
  const { role } = useAccount();
  const allowed = useAllowed();
  return (
    <>
      {stage.gate ? (
        <SubmitButton
          gateId={stage.gate.id}
          stage={stage.title}
          allowed={allowed(pathUnknown(stage) ?? canSubmit(stage, false, role))}
          isAgain={stage.gate.last_verdict === "rejected"}
        />
      ) : (
        <CompleteButton stage={stage} />
      )}
      <SkipButton stage={stage} />
    </>
  );
}

function SubmittedActions({ stage }: { stage: Stage }) {
  const t = useTranslations("projects");
  const { role } = useAccount();
  const allowed = useAllowed();
  if (!stage.gate) return null;
  return (
    <>
      <Button asChild variant="primary">
        <Link href={paths.gate(stage.gate.id)} prefetch={false}>
          {t("readAndDecide")}
          <ArrowRight aria-hidden />
        </Link>
      </Button>
      <WithdrawButton
        submissionId={stage.gate.submission_id}
        allowed={allowed(canWithdraw(stage.gate.submission_id !== null, role))}
      />
    </>
  );
}

/** The second press of a double click would meet the button of the stage that came next. */
const once = (act: () => void) => (event: MouseEvent) => event.detail < 2 && act();

function CompleteButton({ stage }: { stage: Stage }) {
  const t = useTranslations("projects");
  const problemText = useProblemText();
  const allowed = useAllowed()(canComplete(stage, useAccount().role));
  const completion = useCompletion(stage.id);
  const [isAsking, setIsAsking] = useState(false);
  const { rounds } = stage;
  const open = rounds?.ends_here ? rounds.total - rounds.done : 0;
  const complete = () =>
    completion.mutate(undefined, {
      onSuccess: () =>
        showToast({ tone: "success", title: t("completedStage", { stage: stage.title }) }),
      onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
    });
  return (
    <>
      <GatedButton
        variant="primary"
        allowed={allowed}
        isBusy={completion.isPending}
        onClick={open > 0 ? () => setIsAsking(true) : once(complete)}
      >
        <CircleCheck aria-hidden />
        {t("complete")}
      </GatedButton>
      {isAsking && (
        <ReasonDialog
          title={t("despiteTitle", { open, total: rounds?.total ?? 0 })}
          about={t("despiteAbout")}
          confirmLabel={t("despite")}
          doneText={t("completedStage", { stage: stage.title })}
          isRequired
          move={completion}
          onClose={() => setIsAsking(false)}
        />
      )}
    </>
  );
}
