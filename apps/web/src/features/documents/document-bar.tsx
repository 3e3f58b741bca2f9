"use client";

import { Download } from "lucide-react";
import type { DocumentWithText } from "@/api/documents";
import { contentAddress } from "@/api/documents";
import { CopyButton } from "@/components/copy-button";
import { Digest } from "@/components/digest";
import { When } from "@/components/when";
import { useLanguage } from "@/lib/language";
import { fileSize } from "@/lib/sizes";
import { useTranslations } from "@/lib/translations";
import { Tooltip } from "@/ui/tooltip";
import { VersionPicker } from "./version-picker";
import { ViewSwitch } from "./view-switch";

type Props = {
  document: DocumentWithText;
  isSource: boolean;
  onIsSourceChange: (isSource: boolean) => void;
};

/** What the text is, which version of it, and what one can do with it. */
export function DocumentBar({ document, isSource, onIsSourceChange }: Props) {
  const t = useTranslations("documents");
  return (
    <header className="mb-4 grid gap-3">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold tracking-tight text-balance">{document.title}</h1>
        <p className="mt-0.5 flex min-w-0 items-center gap-1 text-muted">
          <code className="min-w-0 truncate font-mono text-xs" title={document.path}>
            {document.path}
          </code>
          <CopyButton text={document.path} label={t("copyPath")} />
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <VersionPicker document={document} />
        <Facts document={document} />
        <div className="ml-auto flex items-center gap-1">
          <CopyButton text={document.text} label={t("copyText")} />
          <DownloadLink document={document} />
          <ViewSwitch isSource={isSource} onIsSourceChange={onIsSourceChange} />
        </div>
      </div>
    </header>
  );
}

function Facts({ document }: { document: DocumentWithText }) {
  const { shown } = document;
  const language = useLanguage();
  return (
    <p className="flex flex-wrap items-center gap-x-3 text-xs text-muted">
      <When at={shown.seen_at} />
      <span>{fileSize(shown.size_bytes, language)}</span>
      <Digest sha256={shown.sha256} canCopy />
    </p>
  );
}

function DownloadLink({ document }: { document: DocumentWithText }) {
  const t = useTranslations("documents");
  const address = contentAddress(document.id, document.shown.number);
  return (
    <Tooltip text={t("download")}>
      <a
        href={address}
        download
        aria-label={t("download")}
        className="inline-grid size-7 place-items-center rounded-md text-muted hover:bg-sunken hover:text-text"
      >
        <Download aria-hidden className="size-4" />
      </a>
    </Tooltip>
  );
}
