"use client";

import { Check, CircleQuestionMark, X } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import type { Stage } from "@/api/projects";
import { useAccount } from "@/api/session";
import { useAllowed } from "@/components/reasons";
import { spaced } from "@/components/routes";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { classes } from "@/ui/classes";
import { GatedButton } from "@/ui/gated-button";
import { canAnswer } from "./can";
import { useAnswer } from "./moves";
import { ReasonDialog } from "./reason-dialog";

type Question = Schemas["QuestionOut"];
type Answer = Schemas["AnswerOut"];
type Props = { stage: Stage; question: Question; stages: readonly Stage[] };

/** What a stage's condition asks, and what a person answered. */
export function QuestionBox({ stage, question, stages }: Props) {
  const t = useTranslations("projects");
  const [latest, ...earlier] = question.answers;
  const others = stages.filter(
    (other) => other.id !== stage.id && other.question?.condition === question.condition,
  );
  const isAsked = !latest && (stage.state === "current" || stage.state === "upcoming");
  return (
    <section
      className={classes(
        "flex items-start gap-3 rounded-lg border p-3",
        isAsked && stage.state === "current"
          ? "border-accent-text/40 bg-accent-soft"
          : "border-line bg-sunken",
      )}
    >
      <CircleQuestionMark aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
      <div className="grid min-w-0 flex-1 gap-2">
        <h3 className="text-sm font-medium wrap-anywhere">
          {t("questionAsked", { condition: spaced(question.condition) })}
        </h3>
        {others.length > 0 && (
          <p className="text-sm text-muted">
            {t("questionAlso", {
              stages: others.map(({ title }) => t("quoted", { title })).join(", "),
            })}
          </p>
        )}
        {latest ? (
          <Said answer={latest} />
        ) : (
          <p className="text-sm text-muted">{t("unanswered")}</p>
        )}
        {earlier.length > 0 && (
          <details className="text-sm">
            <summary className="text-muted">
              {t("earlierAnswers", { count: earlier.length })}
            </summary>
            <ul className="mt-2 grid gap-2">
              {earlier.map((answer) => (
                <li key={answer.id}>
                  <Said answer={answer} />
                </li>
              ))}
            </ul>
          </details>
        )}
        <Buttons stage={stage} question={question} />
      </div>
    </section>
  );
}

function Said({ answer }: { answer: Answer }) {
  const t = useTranslations("projects");
  return (
    <div className="text-sm">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-muted">
        <Badge tone={answer.holds ? "success" : "neutral"}>
          {answer.holds ? <Check aria-hidden /> : <X aria-hidden />}
          {answer.holds ? t("yes") : t("no")}
        </Badge>
        {answer.answered_by}
        <When at={answer.answered_at} />
      </p>
      {answer.note && (
        <p className="mt-1 max-w-prose whitespace-pre-line wrap-anywhere">{answer.note}</p>
      )}
    </div>
  );
}

function Buttons({ stage, question }: Omit<Props, "stages">) {
  const t = useTranslations("projects");
  const allowed = useAllowed()(canAnswer(stage, useAccount().role));
  const [saying, setSaying] = useState<boolean | null>(null);
  const latest = question.answers[0];
  if (!latest && (stage.state === "done" || stage.state === "skipped")) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {latest ? (
        <GatedButton size="sm" allowed={allowed} onClick={() => setSaying(!latest.holds)}>
          {latest.holds ? t("changeToNo") : t("changeToYes")}
        </GatedButton>
      ) : (
        <>
          <GatedButton size="sm" allowed={allowed} onClick={() => setSaying(true)}>
            <Check aria-hidden />
            {t("answerYes")}
          </GatedButton>
          <GatedButton size="sm" allowed={allowed} onClick={() => setSaying(false)}>
            <X aria-hidden />
            {t("answerNo")}
          </GatedButton>
        </>
      )}
      {saying !== null && (
        <AnswerDialog
          stage={stage}
          question={question}
          holds={saying}
          onClose={() => setSaying(null)}
        />
      )}
    </div>
  );
}

type DialogProps = Omit<Props, "stages"> & { holds: boolean; onClose: () => void };

function AnswerDialog({ stage, question, holds, onClose }: DialogProps) {
  const t = useTranslations("projects");
  const answer = useAnswer(stage.id);
  // As it was when they began to answer: what somebody said since then is not theirs to replace.
  const [replaces] = useState(question.answers[0]?.id ?? null);
  return (
    <ReasonDialog
      title={t("questionAsked", { condition: spaced(question.condition) })}
      about={holds ? t("answerYesAbout") : t("answerNoAbout")}
      confirmLabel={holds ? t("answerYes") : t("answerNo")}
      doneText={t("answered")}
      label={t("note")}
      move={{
        ...answer,
        mutate: (note, options) => answer.mutate({ value: holds, note, replaces }, options),
      }}
      onClose={onClose}
    />
  );
}
