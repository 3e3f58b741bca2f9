"use client";

import type { FormEvent, ReactNode } from "react";
import { useEffect, useId, useRef } from "react";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";

type Props = {
  title: string;
  about?: string;
  submitLabel: string;
  isBusy: boolean;
  isDangerous?: boolean;
  /** It stays open: what was sent goes on, and cannot be called off. */
  isHeld?: boolean;
  /** Buttons beside those of every form. */
  actions?: ReactNode;
  /** Said above the buttons. */
  problem: string | null;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
};

const focusWrong = (form: HTMLFormElement | null) =>
  form?.querySelector<HTMLElement>("[aria-invalid]")?.focus();

/** A dialog with a form: Enter sends it, and the first field that is wrong gets the focus. */
export function FormDialog(props: Props) {
  const { title, about, submitLabel, isBusy, isDangerous, problem, onSubmit, onClose } = props;
  const common = useTranslations("common");
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && !isBusy) focusWrong(form.current); // the answer marked a field
    wasBusy.current = isBusy;
  }, [isBusy]);
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) onSubmit();
    requestAnimationFrame(() => focusWrong(form.current)); // after the errors are shown
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={title}
      description={about}
      closeLabel={common("close")}
      isHeld={props.isHeld}
      footer={
        <>
          {props.actions}
          <Button onClick={onClose} disabled={props.isHeld}>
            {common("cancel")}
          </Button>
          <Button
            type="submit"
            form={id}
            variant={isDangerous ? "danger" : "primary"}
            isBusy={isBusy}
          >
            {submitLabel}
          </Button>
        </>
      }
    >
      <form ref={form} id={id} noValidate onSubmit={handleSubmit} className="grid gap-4">
        {props.children}
        {problem && <Callout tone="danger">{problem}</Callout>}
        {/* Enter sends the form also where the button in the footer is not taken for its own. */}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
