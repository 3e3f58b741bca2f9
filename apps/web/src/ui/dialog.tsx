import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "./classes";
import { IconButton } from "./icon-button";
import { useOpener } from "./use-opener";

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  description?: ReactNode;
  closeLabel: string;
  children?: ReactNode;
  /** Buttons, the main one last. */
  footer?: ReactNode;
  className?: string;
  /** It stays open: what was asked for goes on, and cannot be called off. */
  isHeld?: boolean;
};

export function Dialog(props: Props) {
  const { isOpen, onOpenChange, title, description, closeLabel, children, footer, isHeld } = props;
  const { remember, giveFocusBack } = useOpener();
  return (
    <Radix.Root open={isOpen} onOpenChange={(next) => !isHeld && onOpenChange(next)}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 animate-appear bg-overlay" />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            remember();
            focusFirstField(event);
          }}
          onCloseAutoFocus={giveFocusBack}
          className={classes(
            "fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-2rem)] w-[min(30rem,calc(100vw-2rem))] -translate-1/2 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto] rounded-xl border border-line bg-raised shadow-raised outline-none",
            props.className,
          )}
        >
          <header className="flex items-start justify-between gap-3 px-5 pt-4">
            <div className="grid min-w-0 gap-1 wrap-anywhere">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description && (
                <Radix.Description className="text-sm text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label={closeLabel} size="sm" className="-mr-2" disabled={isHeld}>
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="overflow-y-auto px-5 py-4">{children}</div>
          {footer && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/**
 * Where there is something to fill in, one can begin at once. Otherwise the dialog itself has the
 * focus: the tooltip of its first button would cover what is below and take the first Escape.
 */
function focusFirstField(event: Event): void {
  const content = event.currentTarget as HTMLElement | null;
  const field = content?.querySelector<HTMLElement>("input, textarea, [role=checkbox]");
  event.preventDefault();
  (field ?? content)?.focus();
}
