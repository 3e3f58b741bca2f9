"use client";

import { ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import type { Block, Comparison, Piece } from "./compare";

type Props = { comparison: Comparison };

/** Unchanged lines that stay in sight around a change. */
const AROUND = 2;
/** Of a single passage so much is shown; a megabyte on one line is nothing to read. */
const LONGEST_SHOWN = 20_000;

/** A text with what was taken out and put in; what did not change is folded. */
export function TextDiff({ comparison }: Props) {
  const { blocks } = comparison;
  return (
    <div className="grid overflow-hidden rounded-md border border-line text-sm leading-relaxed">
      {blocks.map((block) =>
        block.kind === "same" ? (
          <Same
            key={`same-${block.at}`}
            block={block}
            isFirst={block === blocks[0]}
            isLast={block === blocks.at(-1)}
          />
        ) : (
          <p
            key={`changed-${block.at}`}
            dir="auto"
            className="border-l-2 border-warning px-3 py-1.5 whitespace-pre-wrap wrap-anywhere"
          >
            {block.pieces.map((piece, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one passage keep their order
              <Marked key={index} piece={piece} />
            ))}
          </p>
        ),
      )}
    </div>
  );
}

function Marked({ piece }: { piece: Piece }) {
  const t = useTranslations("textDiff");
  const text = useShown(piece.text);
  if (piece.kind === "same") return <span>{text}</span>;
  const isAdded = piece.kind === "added";
  const Mark = isAdded ? "ins" : "del";
  return (
    <Mark
      className={classes(
        "rounded-sm [unicode-bidi:isolate]",
        isAdded
          ? "bg-success-soft text-success no-underline"
          : "bg-danger-soft text-danger line-through",
      )}
    >
      <span className="sr-only">{isAdded ? t("added") : t("removed")} </span>
      {text}
      <span className="sr-only"> {t("end")}</span>
    </Mark>
  );
}

/** What cannot be seen, or turns other text around, is spelled out. */
const UNSEEN = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

function useShown(text: string): string {
  const t = useTranslations("textDiff");
  const start = text.slice(0, LONGEST_SHOWN).replaceAll(UNSEEN, spelledOut);
  const more = text.length - LONGEST_SHOWN;
  return more > 0 ? `${start}… ${t("more", { count: more })}` : start;
}

const spelledOut = (character: string) =>
  `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

type SameProps = { block: Block & { kind: "same" }; isFirst: boolean; isLast: boolean };

function Same({ block, isFirst, isLast }: SameProps) {
  const t = useTranslations("textDiff");
  const [isOpen, setIsOpen] = useState(false);
  const { lines } = block;
  const start = isFirst ? 0 : AROUND;
  const end = isLast ? 0 : AROUND;
  const folded = lines.length - start - end;
  // To hide a line or two costs more room than it saves.
  if (isOpen || folded < 3) return <Lines lines={lines} />;
  return (
    <>
      <Lines lines={lines.slice(0, start)} />
      <Button
        variant="quiet"
        size="sm"
        className="justify-start rounded-none bg-sunken text-muted"
        aria-expanded={false}
        onClick={() => setIsOpen(true)}
      >
        <ChevronsUpDown aria-hidden />
        {t("unchanged", { count: folded })}
      </Button>
      <Lines lines={lines.slice(lines.length - end)} />
    </>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  const text = useShown(lines.join("\n"));
  if (lines.length === 0) return null;
  return (
    <p dir="auto" className="px-3 py-1 whitespace-pre-wrap wrap-anywhere text-muted">
      {text}
    </p>
  );
}
