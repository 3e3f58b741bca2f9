import { readFileSync } from "node:fs";
import { join } from "node:path";
import en from "@messages/en.json";
import fr from "@messages/fr.json";
import { createTranslator } from "use-intl";
import { expect, test } from "vitest";

type Tree = { [key: string]: string | Tree };

/** `{ a: { b: "…" } }` becomes `[["a.b", "…"]]`. */
const flat = (tree: Tree, prefix = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${prefix}${key}`, value] as [string, string]]
      : flat(value, `${prefix}${key}.`),
  );

const english = flat(en);
const french = new Map(flat(fr));

/** Outside the web app, where its image is built without them. */
const MAILS = join(import.meta.dirname, "../../../api/agentlab/inbox/mails/fr.json");
const frenchMails: Tree = JSON.parse(readFileSync(MAILS, "utf8"));

/** Names in braces: `{count, plural, one {# day} other {# days}}` uses `count`. */
function placeholders(message: string): string[] {
  const names = [...message.matchAll(/\{\s*(\w+)\s*[,}]/g)].map(([, name]) => name ?? "");
  return [...new Set(names)].sort();
}

/** Names of parts that are laid out by themselves: `<verb>decides</verb>`. */
const tagsOf = (message: string) => [...message.matchAll(/<(\w+)>/g)].map(([, name]) => name ?? "");

test("both languages have the same messages", () => {
  expect([...french.keys()].sort()).toEqual(english.map(([key]) => key).sort());
});

test("both languages use the same placeholders", () => {
  const namesIn = (message: string) => [...placeholders(message), ...tagsOf(message).sort()];
  const differing = english
    .map(([key, message]) => [key, namesIn(message), namesIn(french.get(key) ?? "")])
    .filter(([, ours, theirs]) => JSON.stringify(ours) !== JSON.stringify(theirs));
  expect(differing).toEqual([]);
});

test.each([
  ["en-GB", en],
  ["fr", fr],
] as const)("every message in %s can be formatted", (locale, messages) => {
  const failures: string[] = [];
  const onError = (error: Error) => failures.push(error.message);
  const t = createTranslator({ locale, messages: messages as Tree, onError });
  for (const [key, message] of flat(messages)) {
    const values = Object.fromEntries(placeholders(message).map((name) => [name, 2]));
    const tags = Object.fromEntries(
      tagsOf(message).map((name) => [name, (chunks: string) => chunks]),
    );
    t.markup(key as never, { ...values, ...tags } as never);
  }
  expect(failures).toEqual([]);
});

test("in what a notice says, all that strangers wrote stays by itself", () => {
  const isolated = /<(code|en)>[^<]*<\/\1>/g;
  const clauses = [en, fr].flatMap((messages) => Object.values(messages.clauses));
  expect(clauses.filter((clause) => /\{\w+\}/.test(clause.replace(isolated, "")))).toEqual([]);
});

/** What French writes otherwise than English, and what it is here. */
const FRENCH_TYPOGRAPHY: [string, RegExp][] = [
  ["an apostrophe is ’", /\p{L}'\p{L}/u],
  ["; ! ? have a narrow space before them, which does not break", /[^\u202f?!][;!?](?=\s|$)/u],
  [": has a space before it that does not break", /[^\u00a0]:(?=\s|$)/u],
  ["a quotation has spaces in its marks that do not break", /«(?!\u00a0)|(?<!\u00a0)»/u],
  ["a number keeps its thousands, its unit and its sign", /\d (?=\d{3}(?!\d)|[MKG]o\b|%)/u],
];

test.each(FRENCH_TYPOGRAPHY)("in French %s", (_, broken) => {
  const written = [...french, ...flat(frenchMails, "mails.")];
  expect(written.filter(([, text]) => broken.test(text))).toEqual([]);
});
