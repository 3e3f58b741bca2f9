"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { MessageSquareText } from "lucide-react";
import { QueryBoundary } from "@/components/query-boundary";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import type { Gate, Submission } from "../queries";
import { linesOf } from "./lines-of";
import type { Thread } from "./queries";
import { threadsQuery } from "./queries";
import { ThreadBox } from "./thread-box";

type Props = { gate: Gate; submission: Submission };

/** What is asked for and not met yet; in full where no lines are left to stand beside. */
export function OpenThreads(props: Props) {
  return (
    <QueryBoundary skeleton={null}>
      <Loaded {...props} />
    </QueryBoundary>
  );
}

function Loaded({ gate, submission }: Props) {
  const t = useTranslations("gates.threads");
  const { data } = useSuspenseQuery(threadsQuery(gate.id));
  const open = data.filter((thread) => !thread.is_resolved);
  if (open.length === 0) return null;
  return (
    <Card className="grid gap-3 p-4">
      <h2 className="flex items-center gap-2 text-sm font-medium">
        <MessageSquareText aria-hidden className="size-4 text-warning" />
        {t("openTotal", { count: open.length })}
      </h2>
      <ul className="grid gap-2">
        {open.map((thread) => (
          <li key={thread.id}>
            {isBeside(thread, submission) ? (
              <Line thread={thread} />
            ) : (
              <ThreadBox gateId={gate.id} thread={thread} hasQuote />
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Whether it stands at lines of a text of this submission. */
export const isBeside = (thread: Thread, submission: Submission) =>
  thread.submission_id === submission.id && thread.first_line !== null;

function Line({ thread }: { thread: Thread }) {
  const t = useTranslations("gates.threads");
  return (
    <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 text-sm">
      <bdi className="min-w-0 font-mono text-xs wrap-anywhere">{thread.path}</bdi>
      <span className="text-xs text-muted">
        {t("lines", linesOf(thread.first_line, thread.last_line))}
      </span>
      <bdi className="line-clamp-2 w-full text-muted">{thread.comments[0]?.text}</bdi>
    </p>
  );
}
