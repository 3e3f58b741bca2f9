import { Search } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { KeyboardEvent, ReactNode } from "react";
import { useEffect, useId, useRef, useState } from "react";
import { Button } from "./button";
import { Callout } from "./callout";
import { classes } from "./classes";
import { useOpener } from "./use-opener";

export type PaletteOption = {
  /** Stays the same while the list around it changes. */
  id: string;
  label: string;
  hint?: string | undefined;
  icon: ReactNode;
  run: () => void;
};

export type PaletteGroup = { label: string; options: readonly PaletteOption[] };

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** Names the dialog and its field. */
  label: string;
  value: string;
  onValueChange: (value: string) => void;
  groups: readonly PaletteGroup[];
  /** Instead of options, when there are none; null while nobody knows. */
  emptyText: string | null;
  /** Why more options could not be had. */
  failure: { text: string; retryLabel: string; onRetry: () => void } | null;
  /** Which option Enter would take. */
  onActive?: (option: PaletteOption) => void;
};

/** A field over everything, with what can be gone to or done below it. Arrow keys, Enter, Escape. */
export function Palette(props: Props) {
  const { isOpen, onOpenChange, label } = props;
  const { remember, giveFocusBack } = useOpener();
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={remember}
          onCloseAutoFocus={giveFocusBack}
          className="fixed top-[min(12vh,6rem)] left-1/2 z-50 flex max-h-[min(32rem,80dvh)] w-[min(38rem,calc(100vw-1rem))] -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line bg-raised shadow-raised"
        >
          <Radix.Title className="sr-only">{label}</Radix.Title>
          <Field {...props} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Field(props: Props) {
  const { label, value, onValueChange, groups, emptyText, failure, onActive, onOpenChange } = props;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  const options = groups.flatMap((group) => group.options);
  const at = Math.max(
    0,
    options.findIndex((option) => option.id === activeId),
  );
  const active = options[at];
  const tell = useRef<() => void>(undefined);
  useEffect(() => {
    tell.current = () => active && onActive?.(active);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: told when another one is active
  useEffect(() => tell.current?.(), [active?.id]);

  const go = (to: number) => {
    const next = options[(to + options.length) % Math.max(1, options.length)];
    setActiveId(next?.id ?? null);
    if (next)
      list.current
        ?.querySelector(`[data-option="${CSS.escape(next.id)}"]`)
        ?.scrollIntoView({ block: "nearest" });
  };
  const take = (option: PaletteOption) => {
    onOpenChange(false);
    option.run();
  };
  const retry = () => {
    field.current?.focus(); // the button goes
    failure?.onRetry();
  };
  const handleKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Enter" && active) take(active);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className="flex shrink-0 items-center gap-2.5 border-b border-line px-4">
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <input
          ref={field}
          role="combobox"
          aria-label={label}
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={active ? `${id}-${active.id}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={label}
          value={value}
          onKeyDown={handleKeyDown}
          onChange={(event) => {
            onValueChange(event.target.value);
            setActiveId(null);
          }}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
        />
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        className="overflow-y-auto p-1.5"
      >
        {groups
          .filter((group) => group.options.length > 0)
          .map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: a listbox groups its options so
            <div key={group.label} role="group" aria-label={group.label}>
              <div aria-hidden className="px-2.5 pt-2 pb-1 text-xs text-faint">
                {group.label}
              </div>
              {group.options.map((option) => (
                <Option
                  key={option.id}
                  id={`${id}-${option.id}`}
                  option={option}
                  isActive={option.id === active?.id}
                  onPoint={() => setActiveId(option.id)}
                  onTake={() => take(option)}
                />
              ))}
            </div>
          ))}
      </div>
      <p
        role="status"
        className={classes(
          "px-4 text-sm text-muted",
          options.length === 0 && emptyText && "pb-5 pt-3",
        )}
      >
        {options.length === 0 ? emptyText : null}
      </p>
      {failure && (
        <Callout tone="danger" className="m-3 shrink-0">
          {failure.text}
          <Button size="sm" className="justify-self-start" onClick={retry}>
            {failure.retryLabel}
          </Button>
        </Callout>
      )}
    </>
  );
}

type OptionProps = {
  id: string;
  option: PaletteOption;
  isActive: boolean;
  onPoint: () => void;
  onTake: () => void;
};

function Option({ id, option, isActive, onPoint, onTake }: OptionProps) {
  return (
    <div
      id={id}
      data-option={option.id}
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      onMouseMove={isActive ? undefined : onPoint}
      // Before the field loses the focus.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onTake}
      onKeyDown={undefined}
      className={classes(
        "flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 py-1 text-sm [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted",
        isActive && "bg-sunken",
      )}
    >
      {option.icon}
      <span className="min-w-0 flex-1 truncate">{option.label}</span>
      {option.hint && (
        <span className="min-w-0 max-w-[45%] truncate text-xs text-faint">{option.hint}</span>
      )}
    </div>
  );
}
