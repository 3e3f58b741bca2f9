"use client";

import type { KeyboardEvent, MouseEvent, ReactNode } from "react";
import { memo, useCallback, useMemo, useState } from "react";
import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";
import { CommentForm } from "./comment-form";
import { linesOf } from "./lines-of";
import type { Thread } from "./queries";
import { useOpenThread } from "./queries";
import { ThreadBox } from "./thread-box";

const LINES_A_GROUP = 100;

type Span = { first: number; last: number };

type Props = {
  gateId: string;
  submissionId: string;
  documentId: string;
  label: string;
  text: string;
  /** Those that stand at lines of this text. */
  threads: readonly Thread[];
  mayAsk: boolean;
};

/** A text line by line, with the requests for changes where they stand; numbers choose lines. */
export function LinesWithThreads(props: Props) {
  const { gateId, submissionId, documentId, label, text, threads, mayAsk } = props;
  const t = useTranslations("gates.threads");
  const lines = useMemo(() => splitLines(text), [text]);
  const [chosen, setChosen] = useState<Span | null>(null);
  const choose = useCallback((line: number, isMore: boolean) => {
    setChosen((before) =>
      isMore && before
        ? { first: Math.min(before.first, line), last: Math.max(before.last, line) }
        : { first: line, last: line },
    );
  }, []);
  const open = useOpenThread(gateId, submissionId);
  const ask = (chosen: Span, words: string) =>
    open.mutate(
      { document_id: documentId, first_line: chosen.first, last_line: chosen.last, text: words },
      { onSuccess: () => setChosen(null) },
    );
  const form = chosen && (
    <div className="grid gap-2 rounded-lg border border-accent-line bg-surface p-3 font-sans">
      <CommentForm
        key={`${chosen.first}-${chosen.last}`}
        label={t("askLabel", linesOf(chosen.first, chosen.last))}
        confirmLabel={t("ask")}
        error={open.error}
        isBusy={open.isPending}
        onSend={(words) => ask(chosen, words)}
        onCancel={() => setChosen(null)}
      />
    </div>
  );
  const groups = Math.ceil(lines.length / LINES_A_GROUP);
  return (
    <section aria-label={label} className="min-w-0 font-mono text-xs leading-5">
      {mayAsk && <p className="pb-2 font-sans text-muted">{t("how")}</p>}
      {Array.from({ length: groups }, (_, group) => {
        const start = group * LINES_A_GROUP;
        const end = Math.min(start + LINES_A_GROUP, lines.length);
        const isIn = (line: number | null) => line !== null && line > start && line <= end;
        const touches = chosen && chosen.first <= end && chosen.last > start ? chosen : null;
        return (
          <Group
            // biome-ignore lint/suspicious/noArrayIndexKey: groups have no identity but their place
            key={group}
            lines={lines}
            start={start}
            end={end}
            chosen={touches}
            threads={
              threads.some((thread) => isIn(thread.last_line) || isIn(thread.first_line))
                ? threads
                : none
            }
            gateId={gateId}
            mayAsk={mayAsk}
            onChoose={choose}
            form={chosen && isIn(chosen.last) ? form : null}
          />
        );
      })}
    </section>
  );
}

const none: readonly Thread[] = [];

/** As the API numbers them. */
function splitLines(text: string): string[] {
  return text.replaceAll("\r\n", "\n").replace(/\n$/, "").split("\n");
}

type GroupProps = {
  lines: readonly string[];
  start: number;
  end: number;
  chosen: Span | null;
  threads: readonly Thread[];
  gateId: string;
  mayAsk: boolean;
  onChoose: (line: number, isMore: boolean) => void;
  form: ReactNode;
};

/** Far groups are not laid out, and only the ones that a choice touches are drawn again. */
const Group = memo(function Group(props: GroupProps) {
  const { lines, start, end, chosen, threads, gateId, mayAsk, onChoose, form } = props;
  const numbers = Array.from({ length: end - start }, (_, index) => start + index + 1);
  return (
    <div
      style={{
        contentVisibility: "auto",
        containIntrinsicSize: `auto ${numbers.length * 20}px`,
      }}
    >
      {numbers.map((number) => {
        const isChosen = chosen !== null && number >= chosen.first && number <= chosen.last;
        const isAsked = threads.some(
          ({ first_line, last_line, is_resolved }) =>
            !is_resolved && number >= (first_line ?? 0) && number <= (last_line ?? 0),
        );
        const here = threads.filter(({ last_line }) => last_line === number);
        return (
          <div key={number}>
            <div
              className={classes(
                "flex gap-3",
                isAsked && "bg-warning-soft",
                isChosen && "bg-accent-soft",
              )}
            >
              <LineNumber number={number} isChosen={isChosen} mayAsk={mayAsk} onChoose={onChoose} />
              <span className="min-w-0 flex-1 whitespace-pre-wrap wrap-anywhere [unicode-bidi:isolate]">
                {lines[number - 1]}
              </span>
            </div>
            {(here.length > 0 || form) && (
              <div className="grid gap-2 py-2 pl-14 empty:hidden max-sm:pl-2">
                {here.map((thread) => (
                  <ThreadBox
                    key={`${thread.id} ${thread.is_resolved}`}
                    gateId={gateId}
                    thread={thread}
                  />
                ))}
                {chosen?.last === number && form}
              </div>
            )}
          </div>
        );
      })}
    </div>
  );
});

type NumberProps = {
  number: number;
  isChosen: boolean;
  mayAsk: boolean;
  onChoose: (line: number, isMore: boolean) => void;
};

const width = "w-11 shrink-0 text-right text-faint select-none";

/** Chooses its line; with Shift all from the chosen one. The arrow keys go up and down. */
function LineNumber({ number, isChosen, mayAsk, onChoose }: NumberProps) {
  const t = useTranslations("gates.threads");
  if (!mayAsk) return <span className={width}>{number}</span>;
  const step = (event: KeyboardEvent<HTMLButtonElement>) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const place = event.currentTarget.closest("section");
    const next = place?.querySelector<HTMLButtonElement>(`[data-line="${number + by}"]`);
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (event.shiftKey) onChoose(number + by, true);
  };
  return (
    <button
      type="button"
      data-line={number}
      tabIndex={number === 1 || isChosen ? 0 : -1}
      aria-pressed={isChosen}
      aria-label={t("line", { number })}
      className={classes(width, "cursor-pointer rounded-sm hover:text-accent-text hover:underline")}
      onKeyDown={step}
      onClick={(event: MouseEvent) => onChoose(number, event.shiftKey)}
    >
      {number}
    </button>
  );
}
