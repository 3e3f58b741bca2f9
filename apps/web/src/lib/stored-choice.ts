/** A choice kept in this browser: theme, language, shortcuts. Works, unkept, where storage is blocked. */
export type StoredChoice<T extends string> = {
  read: () => T | null;
  write: (choice: T | null) => void;
  subscribe: (listener: () => void) => () => void;
};

export function storedChoice<T extends string>(
  key: string,
  choices: readonly T[],
): StoredChoice<T> {
  const listeners = new Set<() => void>();
  let unkept: T | null = null;
  const read = () => {
    const value = fromStorage(key) ?? unkept;
    return choices.find((choice) => choice === value) ?? null;
  };
  const write = (choice: T | null) => {
    unkept = keep(key, choice) ? null : choice;
    for (const listener of listeners) listener();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    window.addEventListener("storage", listener);
    return () => {
      listeners.delete(listener);
      window.removeEventListener("storage", listener);
    };
  };
  return { read, write, subscribe };
}

function fromStorage(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps it, if the browser lets us; blocked, the choice holds until the page is left. */
function keep(key: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
