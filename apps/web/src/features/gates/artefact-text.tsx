"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import Link from "next/link";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { documentQuery } from "@/api/documents";
import { Digest } from "@/components/digest";
import { DocumentText } from "@/components/document/document-text";
import { paths } from "@/lib/paths";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { markOpened } from "./opened";
import type { Submission } from "./queries";

type Props = { submissionId: string; artefact: Submission["artefacts"][number] };

/** One submitted text, in the version that the decision will be about. */
export function ArtefactText({ submissionId, artefact }: Props) {
  const t = useTranslations("gates");
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
        <DocumentText document={document} />
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
