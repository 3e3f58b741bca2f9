"use client";

import { useMemo } from "react";
import { useTranslations as usePlainTranslations } from "use-intl";

/** Letters that are written from right to left, and characters that turn what follows them. */
const TURNING =
  /[\p{Bidi_Control}\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ISOLATES = "\u2066\u2067\u2068";
const ISOLATE = "\u2068";
const END = "\u2069";

/**
 * The translations of use-intl, in which a name that somebody typed cannot turn the sentence around
 * it: a dialog's title and what a reader of screens says have no elements to keep names apart with.
 */
export const useTranslations: typeof usePlainTranslations = (namespace) => {
  const t = usePlainTranslations(namespace);
  return useMemo(() => apart(t), [t]);
};

type Values = Record<string, unknown>;
type Translate = (key: string, values?: Values, formats?: unknown) => unknown;

/** The type of a translator says which message takes which values; here any will do. */
function apart<T>(t: T): T {
  const plain = t as Translate & { rich: Translate };
  const within =
    (translate: Translate): Translate =>
    (key, values, formats) =>
      translate(key, kept(values), formats);
  return Object.assign(within(plain), plain, { rich: within(plain.rich) }) as T;
}

function kept(values: Values | undefined): Values | undefined {
  return (
    values &&
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === "string" && TURNING.test(value) ? isolated(value) : value,
      ]),
    )
  );
}

/** By the Unicode bidirectional algorithm (UAX 9): what it opens it also ends, and no more. */
export function isolated(text: string): string {
  let open = 0;
  let inside = "";
  for (const character of text) {
    if (ISOLATES.includes(character)) open += 1;
    else if (character === END) {
      if (open === 0) continue;
      open -= 1;
    }
    inside += character;
  }
  return ISOLATE + inside + END.repeat(open + 1);
}
