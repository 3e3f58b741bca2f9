import { useEffect, useRef, useSyncExternalStore } from "react";
import { storedChoice } from "./stored-choice";

export type Shortcut = {
  /**
   * As in `KeyboardEvent.key`. Two with a space between are pressed one after the other: `g p`.
   * Names of keys that are held, as in `Ctrl K`, are only listed: whoever lists them listens too.
   */
  key: string;
  /** What it does, in the words of the page. */
  label: string;
  run: () => void;
};

/** Those that are open: a field that offers something keeps its list hidden until then. */
const WIDGETS = ":is([role=dialog], [role=alertdialog], [role=menu], [role=listbox]):not([hidden])";
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

const SECOND_KEY_WITHIN_MS = 1500;

/** The first of two keys, until the second one was pressed; shared by all that listen. */
let first: { key: string; event: KeyboardEvent; second?: KeyboardEvent } | null = null;

/** What was pressed: one key, or two of which the second follows soon. */
function pressed(event: KeyboardEvent): string {
  const isOver =
    first !== null &&
    first.event !== event &&
    (event.timeStamp - first.event.timeStamp > SECOND_KEY_WITHIN_MS ||
      (first.second !== undefined && first.second !== event));
  if (isOver) first = null;
  if (!first || first.event === event) return event.key;
  first.second = event;
  return `${first.key} ${event.key}`;
}

/** Whether a key is the first of two, for any of those on the page. */
const begins = (key: string) =>
  [...onThisPage].some(({ current }) => current.some((one) => one.key.startsWith(`${key} `)));

/** Runs what belongs to a key, unless somebody is typing or a dialog or menu is open. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const held = useRef(shortcuts);
  useEffect(() => {
    held.current = shortcuts;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.defaultPrevented || !areShortcutsOn() || isBusyElsewhere(event.target)) return;
      const keys = pressed(event);
      const shortcut = held.current.find(({ key }) => key === keys);
      if (shortcut) {
        event.preventDefault();
        shortcut.run();
      } else if (keys === event.key && begins(event.key)) {
        first = { key: event.key, event };
      }
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
