"use client";

import { Check, X } from "lucide-react";
import { useState } from "react";
import { ApiProblem } from "@/api/client";
import { useAccount } from "@/api/session";
import { useProblemText } from "@/components/problem-text";
import { useAllowed } from "@/components/reasons";
import { canSubmit, canWithdraw } from "@/components/review/can";
import { SubmitButton } from "@/components/review/submit-button";
import { WithdrawButton } from "@/components/review/withdraw-button";
import { useTranslations } from "@/lib/translations";
import { useAreShortcutsOn, useShortcuts } from "@/lib/use-shortcuts";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { Kbd } from "@/ui/kbd";
import { showToast } from "@/ui/toast-store";
import { BoundTexts } from "./bound-texts";
import { asksForChoice, canDecide, isRenewal, isWaiting, newestOf } from "./can";
import { DecisionDialog } from "./decision-dialog";
import { Outcome } from "./outcome";
import { PolicyCard } from "./policy-card";
import type { Choice, Gate, Submission } from "./queries";
import { useDecision } from "./queries";

type Props = { gate: Gate };
type Question = Pick<Choice, "verdict" | "submission">;

/** Where the gate is decided, and where one sees what was. */
export function DecisionPanel({ gate }: Props) {
  const t = useTranslations("gates");
  const decision = useDecision();
  const [question, setQuestion] = useState<Question | null>(null);
  const submission = newestOf(gate);
  const ask = (asked: Question) => {
    decision.reset();
    setQuestion(asked);
  };
  const decide = (choice: Choice) =>
    decision.mutate(choice, {
      onSuccess: (decided) => {
        setQuestion(null);
        const said = afterwards(decided);
        if (said) showToast({ tone: "success", title: t(said) });
      },
      onError: (error) => isRefusal(error) && setQuestion(null),
    });
  return (
    <div className="grid gap-4">
      {!question && isRefusal(decision.error) && (
        <Refusal gate={gate} error={decision.error} about={decision.variables?.submission} />
      )}
      <State
        gate={gate}
        submission={submission}
        isNew={decision.data?.submissions[0]?.id === submission?.id}
        onAsk={ask}
      />
      <PolicyCard gate={gate} />
      {question && (
        <DecisionDialog
          gate={gate}
          submission={question.submission}
          verdict={question.verdict}
          error={decision.error}
          isBusy={decision.isPending}
          onDecide={decide}
          onClose={() => setQuestion(null)}
        />
      )}
    </div>
  );
}

/** What the page itself does not show after a decision. */
function afterwards(gate: Gate) {
  const [newest] = gate.submissions;
  const isRejected = newest?.decision?.verdict === "rejected";
  if (isRejected && isRenewal(gate)) return "renewals.rejected";
  return isWaiting(newest) ? "approvalGiven" : null;
}

/** The question itself is gone or another one; the page shows how it stands now. */
const isRefusal = (error: unknown): error is ApiProblem =>
  error instanceof ApiProblem && error.status === 409;

type RefusalProps = { gate: Gate; error: ApiProblem; about: Submission | undefined };

function Refusal({ gate, error, about }: RefusalProps) {
  const problemText = useProblemText();
  const allowed = useAllowed()(canSubmit(gate.stage, true, useAccount().role));
  const isStale = error.code === "submission_stale";
  const newest = gate.submissions[0];
  // It was submitted again since, so the refusal is settled.
  if (isStale && newest?.id !== about?.id) return null;
  return (
    <Callout tone="danger">
      {problemText(error)}
      {/* The API compared the files themselves; the page may not know of the change yet. */}
      {isStale && !isRenewal(gate) && newest?.changed.length === 0 && (
        <div className="mt-1">
          <SubmitButton gateId={gate.id} stage={gate.stage.title} allowed={allowed} isAgain />
        </div>
      )}
    </Callout>
  );
}

type StateProps = {
  gate: Gate;
  submission: Submission | undefined;
  isNew: boolean;
  onAsk: (question: Question) => void;
};

function State({ gate, submission, isNew, onAsk }: StateProps) {
  if (submission?.decision) {
    return <Outcome gate={gate} decision={submission.decision} isNew={isNew} />;
  }
  if (!isWaiting(submission)) return <NothingToDecide />;
  return <Deciding gate={gate} submission={submission} onAsk={onAsk} />;
}

function NothingToDecide() {
  const t = useTranslations("gates");
  return (
    <Card className="p-4 text-sm text-muted">
      <h2 className="mb-1 font-medium text-text">{t("decision")}</h2>
      {t("nothingToDecide")}
    </Card>
  );
}

type DecidingProps = {
  gate: Gate;
  submission: Submission;
  onAsk: (question: Question) => void;
};

function Deciding({ gate, submission, onAsk }: DecidingProps) {
  const t = useTranslations("gates");
  const { role } = useAccount();
  const allowed = useAllowed();
  const hasKeys = useAreShortcutsOn();
  const verdict = canDecide(submission, role, gate.you);
  const approve = () => onAsk({ verdict: "approved", submission });
  const reject = () => onAsk({ verdict: "rejected", submission });
  const keys = [
    { key: "a", label: asksForChoice(gate) ? t("choose") : t("approve"), run: approve },
    { key: "r", label: t("reject"), run: reject },
  ];
  useShortcuts(verdict === true ? keys : []);
  return (
    <Card className="grid gap-4 p-4">
      <h2 className="font-medium">{t("decision")}</h2>
      <BoundTexts artefacts={submission.artefacts} />
      <Buttons gate={gate} allowed={allowed(verdict)} onApprove={approve} onReject={reject} />
      {verdict === true && hasKeys && (
        <ShortcutHelp gate={gate} hasTexts={submission.artefacts.length > 1} />
      )}
      <WithdrawButton
        submissionId={submission.id}
        allowed={allowed(canWithdraw(true, role))}
        isRenewal={isRenewal(gate)}
      />
    </Card>
  );
}

type ButtonsProps = {
  gate: Gate;
  allowed: true | string;
  onApprove: () => void;
  onReject: () => void;
};

/** On a small screen they stay within reach of the thumb. */
function Buttons({ gate, allowed, onApprove, onReject }: ButtonsProps) {
  const t = useTranslations("gates");
  const hasKeys = useAreShortcutsOn();
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-2 max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-20 max-lg:border-t max-lg:border-line max-lg:bg-surface max-lg:p-3">
      <GatedButton
        size="lg"
        allowed={allowed}
        aria-keyshortcuts={hasKeys ? "r" : undefined}
        onClick={onReject}
      >
        <X aria-hidden className="text-danger" />
        {t("reject")}
      </GatedButton>
      <GatedButton
        size="lg"
        variant="primary"
        allowed={allowed}
        aria-keyshortcuts={hasKeys ? "a" : undefined}
        onClick={onApprove}
      >
        <Check aria-hidden />
        {asksForChoice(gate) ? t("choose") : t("approve")}
      </GatedButton>
    </div>
  );
}

function ShortcutHelp({ gate, hasTexts }: { gate: Gate; hasTexts: boolean }) {
  const t = useTranslations("gates");
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted max-lg:hidden">
      <span className="inline-flex items-center gap-1">
        <Kbd>a</Kbd> {asksForChoice(gate) ? t("choose") : t("approve")}
      </span>
      <span className="inline-flex items-center gap-1">
        <Kbd>r</Kbd> {t("reject")}
      </span>
      {hasTexts && (
        <span className="inline-flex items-center gap-1">
          <Kbd>j</Kbd>
          <Kbd>k</Kbd> {t("otherTexts")}
        </span>
      )}
    </p>
  );
}
