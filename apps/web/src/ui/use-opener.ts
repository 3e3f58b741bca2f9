import { useRef } from "react";

/**
 * Gives the focus back to what opened a dialog when the dialog closes. Radix does it only for its
 * own trigger; here a key, a menu item or any button opens one.
 */
export function useOpener() {
  const opener = useRef<HTMLElement | null>(null);
  const remember = () => {
    opener.current = openerOf(document.activeElement);
  };
  const giveFocusBack = (event: Event) => {
    event.preventDefault();
    // What was decided in the dialog may have moved the focus already, or removed the opener.
    if (document.activeElement === document.body) opener.current?.focus();
  };
  return { remember, giveFocusBack };
}

/** An item goes away with its menu, so the menu's button stands in for it. */
function openerOf(element: Element | null): HTMLElement | null {
  const menu = element?.closest("[role=menu]");
  const button = menu && document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
  return button ?? (element instanceof HTMLElement ? element : null);
}
