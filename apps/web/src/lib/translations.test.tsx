import { render, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { LanguageProvider } from "@/components/language-provider";
import { isolated, useTranslations } from "./translations";

const [TURN, END_TURN, ISOLATE, END] = ["\u202e", "\u202c", "\u2068", "\u2069"];

const translations = () =>
  renderHook(() => useTranslations(), { wrapper: LanguageProvider }).result.current;

test("a name that turns what follows it turns itself alone, also between tags", () => {
  const t = translations();
  expect(t("shell.account", { name: `Ada${TURN}` })).toBe(`Account of ${ISOLATE}Ada${TURN}${END}`);
  const parts = { who: (name: ReactNode) => <b>{name}</b>, verb: (verb: ReactNode) => verb };
  const { container } = render(t.rich("portfolio.owes", { name: "\u05d0", ...parts }));
  expect(container).toHaveTextContent(`${ISOLATE}\u05d0${END} decides`);
});

test("any other name is said as it is", () => {
  const t = translations();
  expect(t("shell.account", { name: "Zoë 🦊" })).toBe("Account of Zoë 🦊");
});

test.each([
  ["ends what it did not open", `a${END}b`, `${ISOLATE}ab${END}`],
  ["opens what it does not end", `a${ISOLATE}b`, `${ISOLATE}a${ISOLATE}b${END}${END}`],
  ["keeps its own in order", `${TURN}a${END_TURN}`, `${ISOLATE}${TURN}a${END_TURN}${END}`],
])("a name that %s", (_, name, expected) => {
  expect(isolated(name)).toBe(expected);
});
