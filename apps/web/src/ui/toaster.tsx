import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { Toast } from "radix-ui";
import { useSyncExternalStore } from "react";
import { Button } from "./button";
import { IconButton } from "./icon-button";
import type { ToastMessage } from "./toast-store";
import { currentToasts, dismissToast, subscribeToToasts } from "./toast-store";

const icons = {
  neutral: <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />,
  success: <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />,
  danger: <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />,
};

/** Radix stops the clock while the pointer or the focus is on the message. */
const shownMs = 6_000;
const shownWithActionMs = 10_000;

const none: readonly ToastMessage[] = [];

type Props = {
  /** Names the region: "Notifications ({hotkey})" is filled by Radix. */
  label: string;
  closeLabel: string;
};

/** Stands once, at the root. Messages come from `showToast`. */
export function Toaster({ label, closeLabel }: Props) {
  const messages = useSyncExternalStore(subscribeToToasts, currentToasts, () => none);
  return (
    <Toast.Provider label={label} swipeDirection="right" duration={shownMs}>
      {messages.map((message) => (
        <Toast.Root
          key={message.id}
          type={message.tone === "danger" ? "foreground" : "background"}
          {...(message.action && { duration: shownWithActionMs })}
          onOpenChange={(isOpen) => !isOpen && dismissToast(message.id)}
          // A dialog that closes at the same moment can leave it without.
          style={{ pointerEvents: "auto" }}
          className="flex animate-appear items-start gap-2.5 rounded-lg border border-line bg-raised p-3 shadow-raised"
        >
          {icons[message.tone]}
          <div className="min-w-0 flex-1 wrap-anywhere">
            <Toast.Title className="text-sm font-medium">{message.title}</Toast.Title>
            {message.detail && (
              <Toast.Description className="mt-0.5 text-sm text-muted">
                {message.detail}
              </Toast.Description>
            )}
          </div>
          {message.action && (
            <Toast.Action asChild altText={message.action.label}>
              <Button size="sm" onClick={message.action.onAction}>
                {message.action.label}
              </Button>
            </Toast.Action>
          )}
          <Toast.Close asChild>
            <IconButton label={closeLabel} size="sm" className="-m-1">
              <X aria-hidden />
            </IconButton>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport
        label={`${label} ({hotkey})`}
        className="fixed right-4 bottom-4 z-60 grid w-[min(22rem,calc(100vw-2rem))] gap-2 outline-none"
      />
    </Toast.Provider>
  );
}
