"use client";

import type { Ref } from "react";
import { useState } from "react";
import type { DocumentWithText } from "@/api/documents";
import { Markdown } from "@/components/markdown/markdown";
import { useLanguage } from "@/lib/language";
import { fileSize } from "@/lib/sizes";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { ProjectIdContext, renderFileLink } from "./file-link";
import { SourceView } from "./source-view";

/** Above this many characters a text is rendered only when somebody asks for it. */
const RENDERED_AT_ONCE = 300_000;
const MARKDOWN = /\.(md|markdown)$/i;

type Props = {
  document: DocumentWithText;
  isSource?: boolean;
  ref?: Ref<HTMLDivElement>;
};

/** The text of a version, rendered or as source, with what one has to know before trusting it. */
export function DocumentText({ document, isSource: isWanted = false, ref }: Props) {
  const t = useTranslations("documents");
  const [isAsked, setIsAsked] = useState(false);
  const isSource = isWanted || !MARKDOWN.test(document.path);
  const isLarge = document.text.length > RENDERED_AT_ONCE && !isAsked;
  return (
    <>
      <Notices document={document} />
      {isLarge && !isSource && (
        <LargeNotice document={document} onRender={() => setIsAsked(true)} />
      )}
      {document.text === "" && <p className="text-muted">{t("empty")}</p>}
      {isSource || isLarge ? (
        <SourceView text={document.text} label={t("sourceOf", { path: document.path })} />
      ) : (
        <ProjectIdContext value={document.place.project_id}>
          <Markdown
            ref={ref}
            text={document.text}
            path={document.path}
            renderFileLink={renderFileLink}
          />
        </ProjectIdContext>
      )}
    </>
  );
}

function Notices({ document }: { document: DocumentWithText }) {
  const t = useTranslations("documents");
  return (
    <>
      {!document.is_whole && (
        <Callout tone="warning" title={t("notWhole")} className="mb-4">
          {t("notWholeAbout")}
        </Callout>
      )}
      {!document.is_utf8 && (
        <Callout tone="warning" title={t("notUtf8")} className="mb-4">
          {t("notUtf8About")}
        </Callout>
      )}
    </>
  );
}

function LargeNotice({ document, onRender }: { document: DocumentWithText; onRender: () => void }) {
  const t = useTranslations("documents");
  const language = useLanguage();
  const size = fileSize(document.shown.size_bytes, language);
  return (
    <Callout tone="info" title={t("large", { size })} className="mb-4">
      <span>{t("largeAbout")}</span>
      <Button size="sm" className="mt-1 justify-self-start" onClick={onRender}>
        {t("renderAnyway")}
      </Button>
    </Callout>
  );
}
