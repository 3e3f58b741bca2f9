import type { KeyboardEvent } from "react";
import { useId, useState } from "react";
import { classes } from "./classes";
import type { ControlProps } from "./field";
import { Input } from "./input";

export type Suggestion = { id: string; label: string };

type Props = ControlProps & {
  value: string;
  onChange: (value: string) => void;
  /** The field was left, whatever is in it. */
  onLeave?: () => void;
  /** What exists and goes with the text, best first; anything else may be typed too. */
  suggestions: readonly Suggestion[];
  /** One of them was taken, where two may have one label. */
  onTake?: (id: string) => void;
  name?: string;
  placeholder?: string;
  disabled?: boolean;
};

/** A text field that suggests what exists. Arrow keys choose, Enter takes, Escape closes. */
export function Combobox(props: Props) {
  const { value, onChange, onLeave, suggestions, onTake, ...control } = props;
  const listId = useId();
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const isShown = isOpen && suggestions.length > 0;

  const close = () => {
    setIsOpen(false);
    setActive(-1);
  };
  const take = ({ id, label }: Suggestion) => {
    onChange(label);
    onTake?.(id);
    close();
  };
  const move = (step: number) => {
    setIsOpen(true);
    setActive((active + step + suggestions.length) % Math.max(1, suggestions.length));
  };
  const handleKeyDown = (event: KeyboardEvent) => {
    const suggestion = suggestions[active];
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(active < 0 ? 0 : -1);
    else if (event.key === "Enter" && isShown && suggestion) take(suggestion);
    else if (event.key === "Escape" && isShown) close();
    else return;
    event.preventDefault();
  };

  return (
    <div className="relative">
      <Input
        {...control}
        role="combobox"
        aria-expanded={isShown}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isShown && active >= 0 ? `${listId}-${active}` : undefined}
        autoComplete="off"
        value={value}
        onFocus={() => setIsOpen(true)}
        onBlur={() => {
          close();
          onLeave?.();
        }}
        onKeyDown={handleKeyDown}
        onChange={(event) => {
          onChange(event.target.value);
          setIsOpen(true);
          setActive(-1);
        }}
      />
      <div
        id={listId}
        role="listbox"
        aria-label={value}
        hidden={!isShown}
        className="absolute inset-x-0 top-full z-20 mt-1 max-h-56 overflow-y-auto rounded-md border border-line bg-raised p-1 shadow-raised"
      >
        {suggestions.map((suggestion, index) => (
          <div
            key={suggestion.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            tabIndex={-1}
            // Before the field loses the focus, which would close the list under the pointer.
            onMouseDown={(event) => {
              event.preventDefault();
              take(suggestion);
            }}
            className={classes(
              "cursor-default truncate rounded px-2 py-1.5 text-sm hover:bg-sunken",
              index === active && "bg-sunken",
            )}
          >
            {suggestion.label}
          </div>
        ))}
      </div>
    </div>
  );
}
