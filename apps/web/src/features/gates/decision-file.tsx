"use client";

import { FileCheck2 } from "lucide-react";
import { CopyButton } from "@/components/copy-button";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { Spinner } from "@/ui/spinner";
import type { Decision } from "./queries";

type Props = { file: NonNullable<Decision["file"]> };

/** Whether the decision has reached the project's folder, where the agents find it. */
export function DecisionFile({ file }: Props) {
  const t = useTranslations("gates");
  if (file.problem) {
    return (
      <Callout tone="warning" title={t("fileProblem")}>
        <span className="wrap-anywhere">{file.problem}</span>
        <span>{t("fileProblemAbout")}</span>
      </Callout>
    );
  }
  return (
    <div role="status" className="flex items-start gap-2 text-muted">
      {file.written_at ? (
        <FileCheck2 aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />
      ) : (
        <Spinner />
      )}
      <div className="min-w-0">
        <p>{file.written_at ? t("fileWritten") : t("fileWaits")}</p>
        <p className="flex items-start gap-1">
          <code className="font-mono text-xs wrap-anywhere">{file.path}</code>
          <CopyButton text={file.path} label={t("copyPath")} className="-my-1" />
        </p>
      </div>
    </div>
  );
}
