"use client";

import { CircleCheck, CircleX, Hourglass, Undo2 } from "lucide-react";
import Link from "next/link";
import { Digest } from "@/components/digest";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import { isWaiting } from "./can";
import { By } from "./decision-facts";
import { ProofLink } from "./proof-link";
import type { Gate, Submission } from "./queries";

type Props = { gate: Gate };

/** Everything that was ever submitted and decided here, newest first. */
export function History({ gate }: Props) {
  const t = useTranslations("gates");
  // A single one that waits is what the page is about already.
  const [newest, ...earlier] = gate.submissions;
  if (earlier.length === 0 && (!newest || isWaiting(newest))) return null;
  return (
    <section aria-labelledby="history" className="mt-8">
      <h2 id="history" className="mb-3 font-semibold">
        {t("history")}
      </h2>
      <ol className="grid gap-3">
        {gate.submissions.map((submission) => (
          <li key={submission.id}>
            <Entry submission={submission} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Entry({ submission }: { submission: Submission }) {
  const t = useTranslations("gates");
  return (
    <Card className="grid gap-3 p-4 text-sm">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <State submission={submission} />
        <span className="text-muted">
          {t("submittedBy", { number: submission.number, name: submission.submitted_by })}{" "}
          <When at={submission.submitted_at} />
        </span>
      </div>
      {submission.note && <Quote>{submission.note}</Quote>}
      {submission.artefacts.length > 0 && <Texts submission={submission} />}
      {submission.decisions.map((decision) => (
        <div key={decision.id} className="grid gap-2">
          <p className="flex flex-wrap gap-x-1.5 text-muted">
            {!decision.settles && <span>{t("oneApproval")}</span>}
            <span>
              <By decision={decision} />
            </span>
          </p>
          {decision.reason && <Quote>{decision.reason}</Quote>}
          <ProofLink decision={decision} />
        </div>
      ))}
    </Card>
  );
}

function Quote({ children }: { children: string }) {
  return (
    <blockquote className="max-w-prose border-l-2 border-line pl-3 whitespace-pre-line wrap-anywhere">
      {children}
    </blockquote>
  );
}

const states = {
  approved: { icon: CircleCheck, colour: "text-success" },
  rejected: { icon: CircleX, colour: "text-danger" },
  withdrawn: { icon: Undo2, colour: "text-muted" },
  waiting: { icon: Hourglass, colour: "text-warning" },
};

function stateOf({ decision, withdrawn_at }: Submission): keyof typeof states {
  if (decision) return decision.verdict;
  return withdrawn_at ? "withdrawn" : "waiting";
}

function State({ submission }: { submission: Submission }) {
  const t = useTranslations("gates");
  const state = stateOf(submission);
  const { icon: Icon, colour } = states[state];
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium ${colour}`}>
      <Icon aria-hidden className="size-4" />
      {t(`submissionStates.${state}`)}
    </span>
  );
}

function Texts({ submission }: { submission: Submission }) {
  const t = useTranslations("gates");
  return (
    <ul className="grid gap-1">
      {submission.artefacts.map((artefact) => (
        <li
          key={artefact.document_id}
          className="flex min-w-0 items-center gap-2 text-xs text-muted"
        >
          <Link
            href={paths.document(artefact.document_id, artefact.version)}
            prefetch={false}
            className="min-w-0 truncate font-mono text-accent-text hover:underline"
          >
            {artefact.path}
          </Link>
          <span className="shrink-0">{t("versionShort", { number: artefact.version })}</span>
          <Digest sha256={artefact.sha256} className="shrink-0" />
        </li>
      ))}
    </ul>
  );
}
