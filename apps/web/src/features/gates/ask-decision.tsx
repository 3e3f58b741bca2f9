"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { ApiProblem } from "@/api/client";
import { useAccount } from "@/api/session";
import { useProblemText } from "@/components/problem-text";
import { useAllowed } from "@/components/reasons";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";
import { canDecide } from "./can";
import { DecisionDialog } from "./decision-dialog";
import type { Choice, Gate } from "./queries";
import { gateQuery, useDecision } from "./queries";

type Props = {
  gateId: string;
  submissionId: string;
  verdict: Choice["verdict"];
  onDecided: (gate: Gate) => void;
  onClose: () => void;
};

/** The dialog of the gate's page from elsewhere: it shows what is decided before it asks. */
export function AskDecision({ gateId, submissionId, verdict, onDecided, onClose }: Props) {
  const t = useTranslations("gates");
  const problemText = useProblemText();
  const allowed = useAllowed();
  const { role } = useAccount();
  const { data: gate, error } = useQuery({ ...gateQuery(gateId), staleTime: 0 });
  const decision = useDecision();
  const submission = gate?.submissions.find(({ id }) => id === submissionId);
  const mayDecide = gate && !decision.isPending ? canDecide(submission, role, gate.you) : true;
  const isOver = error !== null || mayDecide !== true;
  const leave = useEffectEvent(() => {
    const why = error ? problemText(error) : allowed(mayDecide);
    if (!decision.isSuccess && why !== true) showToast({ tone: "danger", title: why });
    onClose();
  });
  useEffect(() => {
    if (isOver) leave();
  }, [isOver]);
  if (!gate || !submission || isOver) return null;
  const decide = (choice: Choice) =>
    decision.mutate(choice, {
      onSuccess: onDecided,
      onError: (refusal) => {
        if (!(refusal instanceof ApiProblem) || refusal.status !== 409) return;
        showToast({ tone: "danger", title: t("notDecided"), detail: problemText(refusal) });
        onClose();
      },
    });
  return (
    <DecisionDialog
      gate={gate}
      submission={submission}
      verdict={verdict}
      error={decision.error}
      isBusy={decision.isPending}
      onDecide={decide}
      onClose={onClose}
    />
  );
}
