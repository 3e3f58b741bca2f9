"use client";

import { memo, useEffect, useRef, useState } from "react";
import { useTranslations } from "@/lib/translations";
import { ScrollBox } from "@/ui/scroll-box";
import { CopyButton } from "../copy-button";
import type { Lines } from "./highlighter";
import { useNearViewport } from "./use-near-viewport";

const HIGHLIGHTED_CHARACTERS = 100_000;

type Props = { code: string; language: string | null };

/** Code in a box of its own; coloured as soon as its grammar is there, readable before. */
export const CodeBlock = memo(function CodeBlock({ code, language }: Props) {
  const t = useTranslations("markdown");
  const box = useRef<HTMLDivElement>(null);
  const lines = useHighlighted(code, language, useNearViewport(box));
  return (
    <div ref={box} className="group/code code-block">
      <ScrollBox label={language ? t("codeIn", { language }) : t("code")}>
        <pre>
          <code>{lines ? <Coloured lines={lines} /> : code}</code>
        </pre>
      </ScrollBox>
      <div className="absolute top-1.5 right-1.5 flex items-center gap-1.5">
        {language && (
          <span aria-hidden className="text-2xs text-faint group-hover/code:invisible">
            {language}
          </span>
        )}
        <CopyButton
          text={code}
          label={t("copyCode")}
          className="absolute top-0 right-0 bg-sunken opacity-0 group-hover/code:opacity-100 focus-visible:opacity-100"
        />
      </div>
    </div>
  );
});

function useHighlighted(code: string, language: string | null, isNear: boolean): Lines | null {
  const [lines, setLines] = useState<Lines | null>(null);
  useEffect(() => {
    if (!isNear || !language || code.length > HIGHLIGHTED_CHARACTERS) return;
    let isCurrent = true;
    import("./highlighter")
      .then(({ highlight }) => highlight(code, language))
      .then((found) => isCurrent && setLines(found))
      // Plain code is fine when a grammar cannot be loaded.
      .catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [code, language, isNear]);
  return lines;
}

function Coloured({ lines }: { lines: Lines }) {
  return lines.map((tokens, line) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
    <span key={line}>
      {tokens.map((token) => (
        <span key={token.offset} style={{ color: token.color }}>
          {token.content}
        </span>
      ))}
      {line < lines.length - 1 && "\n"}
    </span>
  ));
}
