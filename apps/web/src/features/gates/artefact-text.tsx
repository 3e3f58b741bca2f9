"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { ExternalLink, MessageSquareText } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { documentQuery } from "@/api/documents";
import { useAccount } from "@/api/session";
import { Digest } from "@/components/digest";
import { DocumentText } from "@/components/document/document-text";
import { ReadingEnd } from "@/components/document/reading-end";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { markOpened, markReadToEnd } from "./attention";
import { isWaiting } from "./can";
import type { Gate, Submission } from "./queries";
import { LinesWithThreads } from "./threads/lines-with-threads";
import { isBeside } from "./threads/open-threads";
import { threadsQuery } from "./threads/queries";

type Props = { gate: Gate; submission: Submission; artefact: Submission["artefacts"][number] };

/** One submitted text, in the version that the decision will be about. */
export function ArtefactText({ gate, submission, artefact }: Props) {
  const t = useTranslations("gates");
  const submissionId = submission.id;
  const [isByLine, setIsByLine] = useState(false);
  const { role } = useAccount();
  const { data: threads } = useSuspenseQuery(threadsQuery(gate.id));
  const here = threads.filter(
    (thread) => thread.document_id === artefact.document_id && isBeside(thread, submission),
  );
  const { document_id: id, version, sha256 } = artefact;
  const { data: document } = useSuspenseQuery(documentQuery(id, version));
  // Opened means that its text is on the screen, not that somebody meant to open it.
  useEffect(() => markOpened(submissionId, id), [submissionId, id]);
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-xs text-muted">
        <code className="min-w-0 truncate font-mono">{artefact.path}</code>
        <span>{t("versionShort", { number: version })}</span>
        <Digest sha256={sha256} canCopy />
        <Button size="sm" aria-pressed={isByLine} onClick={() => setIsByLine(!isByLine)}>
          <MessageSquareText aria-hidden />
          {t("threads.byLine", { count: here.length })}
        </Button>
        <Link
          href={paths.document(id, version)}
          prefetch={false}
          className="ml-auto inline-flex items-center gap-1 text-accent-text hover:underline"
        >
          {t("openDocument")}
          <ExternalLink aria-hidden className="size-3.5" />
        </Link>
      </div>
      <article aria-label={artefact.title} className="px-4 py-6 sm:px-8">
        {isByLine ? (
          <LinesWithThreads
            gateId={gate.id}
            submissionId={submissionId}
            documentId={id}
            label={t("threads.linesOf", { path: artefact.path })}
            text={document.text}
            threads={here}
            mayAsk={role !== "viewer" && isWaiting(submission)}
          />
        ) : (
          <DocumentText document={document} />
        )}
        <ReadingEnd
          documentId={id}
          version={version}
          onSeen={() => markReadToEnd(submissionId, id)}
        />
      </article>
    </Card>
  );
}

const lines = ["h-7 w-1/2", "h-4 w-full", "h-4 w-11/12", "h-4 w-10/12", "h-4 w-3/4", "h-4 w-5/6"];

export function ArtefactTextSkeleton() {
  return (
    <Card className="grid gap-4 p-8">
      {lines.map((line) => (
        <Skeleton key={line} className={line} />
      ))}
    </Card>
  );
}
