import { useEffect, useRef, useSyncExternalStore } from "react";
import { storedChoice } from "./stored-choice";

export type Shortcut = {
  /** As in `KeyboardEvent.key`. */
  key: string;
  /** What it does, in the words of the page. */
  label: string;
  run: () => void;
};

const WIDGETS = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";
const TYPING = "input, textarea, select, [contenteditable]";

const stored = storedChoice("agentlab.shortcuts", ["off"]);
const areShortcutsOn = () => stored.read() !== "off";

/** Single keys get in the way of speech input and of a hand that trembles (WCAG 2.1.4). */
export function useAreShortcutsOn(): boolean {
  return useSyncExternalStore(stored.subscribe, areShortcutsOn, () => true);
}

export function switchShortcuts(isOn: boolean): void {
  stored.write(isOn ? null : "off");
}

const onThisPage = new Set<{ current: readonly Shortcut[] }>();

/** What can be pressed at this moment, for a list of it. */
export function currentShortcuts(): Shortcut[] {
  return [...onThisPage].flatMap(({ current }) => current);
}

/** Runs what belongs to a key, unless somebody is typing or a dialog or menu is open. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const held = useRef(shortcuts);
  useEffect(() => {
    held.current = shortcuts;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const shortcut = held.current.find(({ key }) => key === event.key);
      if (!shortcut || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.defaultPrevented || !areShortcutsOn() || isBusyElsewhere(event.target)) return;
      event.preventDefault();
      shortcut.run();
    };
    onThisPage.add(held);
    document.addEventListener("keydown", press);
    return () => {
      onThisPage.delete(held);
      document.removeEventListener("keydown", press);
    };
  }, []);
}

function isBusyElsewhere(target: EventTarget | null): boolean {
  if (target instanceof Element && target.closest(TYPING)) return true;
  return document.querySelector(WIDGETS) !== null;
}
