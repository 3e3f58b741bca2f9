import { AlertDialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button";
import { useOpener } from "./use-opener";

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  /** What will happen, in a sentence. */
  description: string;
  confirmLabel: string;
  cancelLabel: string;
  onConfirm: () => void;
  isBusy?: boolean;
  isDangerous?: boolean;
  children?: ReactNode;
};

/** Asks before something that cannot simply be undone. It stays open until the caller closes it. */
export function ConfirmDialog(props: Props) {
  const { remember, giveFocusBack } = useOpener();
  return (
    <Radix.Root open={props.isOpen} onOpenChange={props.onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 animate-appear bg-overlay" />
        <Radix.Content
          onOpenAutoFocus={remember}
          onCloseAutoFocus={giveFocusBack}
          className="fixed top-1/2 left-1/2 z-50 grid w-[min(26rem,calc(100vw-2rem))] -translate-1/2 grid-cols-[minmax(0,1fr)] gap-4 rounded-xl border border-line bg-raised p-5 shadow-raised"
        >
          <div className="grid min-w-0 gap-1.5 wrap-anywhere">
            <Radix.Title className="text-lg font-semibold">{props.title}</Radix.Title>
            <Radix.Description className="text-sm text-muted">
              {props.description}
            </Radix.Description>
          </div>
          {props.children}
          <div className="flex flex-wrap justify-end gap-2">
            <Radix.Cancel asChild>
              <Button>{props.cancelLabel}</Button>
            </Radix.Cancel>
            <Button
              variant={props.isDangerous ? "danger" : "primary"}
              isBusy={props.isBusy}
              onClick={props.onConfirm}
            >
              {props.confirmLabel}
            </Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
