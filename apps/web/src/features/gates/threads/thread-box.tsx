"use client";

import { CircleCheck, MessageSquareText } from "lucide-react";
import { useState } from "react";
import { useNow } from "use-intl";
import { useAccount } from "@/api/session";
import { EditConflictDialog } from "@/components/edit-conflict/edit-conflict-dialog";
import { useGuardedSave } from "@/components/edit-conflict/use-guarded-save";
import { Markdown } from "@/components/markdown/markdown";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { CommentForm } from "./comment-form";
import { linesOf } from "./lines-of";
import type { Comment, Thread } from "./queries";
import { readOf, useAnswer, useCommentEditing, useMove } from "./queries";

type Props = {
  gateId: string;
  thread: Thread;
  /** Where its lines are not beside it. */
  hasQuote?: boolean;
};

/** A request for a change, what was said about it, and whether it is met. */
export function ThreadBox({ gateId, thread, hasQuote = false }: Props) {
  const t = useTranslations("gates.threads");
  const mayWrite = useAccount().role !== "viewer";
  const [isOpen, setIsOpen] = useState(!thread.is_resolved);
  const more = thread.comments_total - thread.comments.length;
  return (
    <section
      aria-label={t("label", { name: thread.opened_by })}
      className={classes(
        "grid gap-3 rounded-lg border bg-surface p-3 font-sans text-sm",
        thread.is_resolved ? "border-line" : "border-warning/50",
      )}
    >
      <Head thread={thread} isOpen={isOpen} onToggle={() => setIsOpen(!isOpen)} />
      {hasQuote && (
        <pre className="max-h-40 overflow-auto rounded-md bg-sunken p-2 text-xs whitespace-pre-wrap wrap-anywhere">
          <bdi>{thread.quote}</bdi>
        </pre>
      )}
      {isOpen && (
        <>
          <ol className="grid gap-3">
            {thread.comments.map((comment) => (
              <li key={comment.id}>
                <CommentView gateId={gateId} comment={comment} />
              </li>
            ))}
          </ol>
          {more > 0 && <p className="text-muted">{t("more", { count: more })}</p>}
          {mayWrite && <Answer gateId={gateId} thread={thread} />}
        </>
      )}
    </section>
  );
}

type HeadProps = { thread: Thread; isOpen: boolean; onToggle: () => void };

function Head({ thread, isOpen, onToggle }: HeadProps) {
  const t = useTranslations("gates.threads");
  const Icon = thread.is_resolved ? CircleCheck : MessageSquareText;
  return (
    <div className="flex flex-wrap items-center gap-2 text-xs text-muted">
      <Icon
        aria-hidden
        className={classes("size-4", thread.is_resolved ? "text-success" : "text-warning")}
      />
      {thread.is_resolved ? (
        <>
          <span>
            {t("resolvedBy", { name: thread.resolved_by ?? "" })}{" "}
            {thread.resolved_at && <When at={thread.resolved_at} />}
          </span>
          <Button variant="quiet" size="sm" aria-expanded={isOpen} onClick={onToggle}>
            {isOpen ? t("hide") : t("show")}
          </Button>
        </>
      ) : (
        <span>{t("open")}</span>
      )}
      {thread.first_line === null ? (
        <Badge tone="warning">{t("gone")}</Badge>
      ) : (
        <span>{t("lines", linesOf(thread.first_line, thread.last_line))}</span>
      )}
    </div>
  );
}

function CommentView({ gateId, comment }: { gateId: string; comment: Comment }) {
  const t = useTranslations("gates.threads");
  const now = useNow({ updateInterval: 30_000 });
  const [isEditing, setIsEditing] = useState(false);
  const isEditable = comment.is_mine && now.getTime() < Date.parse(comment.editable_until);
  return (
    <article className="grid min-w-0 gap-1">
      <p className="flex flex-wrap items-center gap-x-2 text-xs text-muted">
        <span className="font-medium text-text">
          {comment.is_agents ? t("agentOf", { name: comment.by }) : comment.by}
        </span>
        <When at={comment.written_at} />
        {comment.edited_at && <span>{t("edited")}</span>}
        {isEditable && !isEditing && (
          <Button variant="quiet" size="sm" onClick={() => setIsEditing(true)}>
            {t("edit")}
          </Button>
        )}
      </p>
      {isEditing ? (
        <EditComment gateId={gateId} comment={comment} onDone={() => setIsEditing(false)} />
      ) : (
        <div className="min-w-0 wrap-anywhere [unicode-bidi:isolate]">
          <Markdown text={comment.text} />
        </div>
      )}
    </article>
  );
}

type EditProps = { gateId: string; comment: Comment; onDone: () => void };

function EditComment({ gateId, comment, onDone }: EditProps) {
  const t = useTranslations("gates.threads");
  const [base] = useState(() => readOf(comment));
  const saving = useGuardedSave<{ text: string }>({
    ...useCommentEditing(gateId, comment),
    base,
    onSaved: onDone,
  });
  return (
    <>
      <CommentForm
        label={t("editLabel")}
        confirmLabel={t("save")}
        initial={base.values.text}
        isFocused
        error={saving.conflict ? null : saving.error}
        isBusy={saving.isBusy}
        onSend={(text) => saving.save({ text })}
        onCancel={onDone}
      />
      {saving.conflict && (
        <EditConflictDialog
          conflict={saving.conflict}
          labels={{ text: t("editLabel") }}
          show={(_, text) => text}
          isBusy={saving.isBusy}
          error={saving.error}
          onSettle={saving.settle}
          onClose={saving.leaveConflict}
        />
      )}
    </>
  );
}

function Answer({ gateId, thread }: { gateId: string; thread: Thread }) {
  const t = useTranslations("gates.threads");
  const answer = useAnswer(gateId, thread.id);
  const move = useMove(gateId, thread.id);
  return (
    <div className="grid gap-2 border-t border-line pt-3">
      <CommentForm
        label={t("answerLabel")}
        confirmLabel={t("answer")}
        error={answer.error}
        isBusy={answer.isPending}
        onSend={(text, onDone) => answer.mutate(text, { onSuccess: onDone })}
      />
      <Button
        size="sm"
        className="justify-self-start"
        isBusy={move.isPending}
        onClick={() => move.mutate(!thread.is_resolved)}
      >
        {thread.is_resolved ? t("reopen") : t("resolve")}
      </Button>
    </div>
  );
}
