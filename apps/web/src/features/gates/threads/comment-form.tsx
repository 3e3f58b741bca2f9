"use client";

import { useState } from "react";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";

type Props = {
  label: string;
  confirmLabel: string;
  initial?: string;
  isFocused?: boolean;
  error: unknown;
  isBusy: boolean;
  /** Calls `onDone` when it is kept. */
  onSend: (text: string, onDone: () => void) => void;
  onCancel?: () => void;
};

/** Markdown that somebody writes; what was written stays when sending fails. */
export function CommentForm(props: Props) {
  const {
    label,
    confirmLabel,
    initial = "",
    isFocused = false,
    error,
    isBusy,
    onSend,
    onCancel,
  } = props;
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [text, setText] = useState(initial);
  const isEmpty = text.trim() === "";
  const confirm = () => {
    if (!isEmpty && !isBusy) onSend(text, () => setText(""));
  };
  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        confirm();
      }}
    >
      <Field label={label}>
        {(control) => (
          <Textarea
            {...control}
            autoFocus={isFocused}
            rows={2}
            maxLength={10_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) confirm();
              if (event.key === "Escape" && isEmpty) onCancel?.();
            }}
          />
        )}
      </Field>
      {error !== null && <Callout tone="danger">{problemText(error)}</Callout>}
      <div className="flex gap-2">
        <Button type="submit" size="sm" variant="primary" isBusy={isBusy} disabled={isEmpty}>
          {confirmLabel}
        </Button>
        {onCancel && (
          <Button size="sm" onClick={onCancel}>
            {common("cancel")}
          </Button>
        )}
      </div>
    </form>
  );
}
