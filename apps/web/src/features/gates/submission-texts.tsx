"use client";

import { Eye, EyeOff, FileText } from "lucide-react";
import { useState } from "react";
import { QueryBoundary } from "@/components/query-boundary";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { useShortcuts } from "@/lib/use-shortcuts";
import { Card } from "@/ui/card";
import { SideTab, SideTabList, SideTabPanel, SideTabs } from "@/ui/side-tabs";
import { Tooltip } from "@/ui/tooltip";
import { ArtefactText, ArtefactTextSkeleton } from "./artefact-text";
import { useSeen, useTimeSpent } from "./attention";
import type { Gate, Submission } from "./queries";
import { readingMinutes } from "./reading-time";
import { OpenThreads } from "./threads/open-threads";

type Props = { gate: Gate; submission: Submission };
type Artefact = Submission["artefacts"][number];

/** Who submitted what, and every text of it to read, in exactly the submitted version. */
export function SubmissionTexts({ gate, submission }: Props) {
  const t = useTranslations("gates");
  const { artefacts } = submission;
  useTimeSpent(submission.id);
  const [selected, setSelected] = useState(artefacts[0]?.document_id ?? "");
  const step = (by: number) => {
    const at = artefacts.findIndex(({ document_id }) => document_id === selected);
    const next = artefacts[at + by];
    if (next) setSelected(next.document_id);
  };
  const keys = [
    { key: "j", label: t("nextText"), run: () => step(1) },
    { key: "k", label: t("previousText"), run: () => step(-1) },
  ];
  useShortcuts(artefacts.length > 1 ? keys : []);
  return (
    <>
      <SubmissionHead submission={submission} />
      <OpenThreads gate={gate} submission={submission} />
      {artefacts.length === 0 && gate.kind === "approval" && <NoTexts />}
      {artefacts.length > 0 && (
        <SideTabs value={selected} onValueChange={setSelected} className="grid gap-4">
          <TextList submission={submission} />
          {artefacts.map((artefact) => (
            <SideTabPanel key={artefact.document_id} value={artefact.document_id}>
              <QueryBoundary skeleton={<ArtefactTextSkeleton />}>
                <ArtefactText gate={gate} submission={submission} artefact={artefact} />
              </QueryBoundary>
            </SideTabPanel>
          ))}
        </SideTabs>
      )}
    </>
  );
}

function SubmissionHead({ submission }: { submission: Submission }) {
  const t = useTranslations("gates");
  return (
    <section className="grid gap-2 text-sm">
      <p className="text-muted">
        {t("submittedBy", { number: submission.number, name: submission.submitted_by })}{" "}
        <When at={submission.submitted_at} />
      </p>
      {submission.note && (
        <blockquote className="max-w-prose border-l-2 border-accent-line pl-3 whitespace-pre-line">
          {submission.note}
        </blockquote>
      )}
    </section>
  );
}

function NoTexts() {
  const t = useTranslations("gates");
  return <p className="text-sm text-muted">{t("noTexts")}</p>;
}

function TextList({ submission }: { submission: Submission }) {
  const t = useTranslations("gates");
  const { artefacts } = submission;
  const bytes = artefacts.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const { opened } = useSeen(submission.id);
  return (
    <Card>
      <h2 className="flex flex-wrap items-baseline justify-between gap-2 px-4 pt-3 pb-1 text-sm font-medium">
        {t("texts", { count: artefacts.length })}
        <span className="text-xs font-normal text-muted">
          {t("readingTime", { minutes: readingMinutes(bytes) })}
        </span>
      </h2>
      <SideTabList aria-label={t("textsToRead")} className="max-h-60 overflow-y-auto p-1.5 pt-0">
        {artefacts.map((artefact) => (
          <TextTab
            key={artefact.document_id}
            artefact={artefact}
            isOpened={opened.has(artefact.document_id)}
            isChanged={submission.changed.includes(artefact.path)}
          />
        ))}
      </SideTabList>
    </Card>
  );
}

type TextTabProps = { artefact: Artefact; isOpened: boolean; isChanged: boolean };

function TextTab({ artefact, isOpened, isChanged }: TextTabProps) {
  const t = useTranslations("gates");
  return (
    <SideTab value={artefact.document_id} className="items-center gap-2.5 rounded-md px-2.5 py-1.5">
      <FileText aria-hidden className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm font-medium">{artefact.title}</span>
        <span className="block truncate font-mono text-2xs text-muted">{artefact.path}</span>
      </span>
      {isChanged && <span className="shrink-0 text-xs text-warning">{t("changedSince")}</span>}
      <span className="shrink-0 text-xs text-muted max-sm:hidden">
        {t("minutes", { minutes: readingMinutes(artefact.size_bytes) })}
      </span>
      <Tooltip text={isOpened ? t("opened") : t("notOpened")} side="left">
        <span className={isOpened ? "shrink-0 text-success" : "shrink-0 text-faint"}>
          {isOpened ? (
            <Eye aria-hidden className="size-4" />
          ) : (
            <EyeOff aria-hidden className="size-4" />
          )}
          <span className="sr-only">{isOpened ? t("opened") : t("notOpened")}</span>
        </span>
      </Tooltip>
    </SideTab>
  );
}
