import { renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { oneNamed, useOneNamed } from "./use-one-named";

const marie = { id: "1", name: "Marie Curie", email: "marie@example.test" };
const other = { id: "2", name: "Marie Curie", email: "m.curie@example.test" };
const pierre = { id: "3", name: "Pierre Curie", email: "pierre@example.test" };
const labelOf = ({ name, email }: typeof marie) => `${name} · ${email}`;

test("a name counts in any case, with blanks around it", () => {
  expect(oneNamed([marie, pierre], " marie CURIE ")).toBe(marie);
  expect(oneNamed([marie, pierre], "Marie")).toBeNull();
  expect(oneNamed([marie, pierre], "")).toBeNull();
});

test("two of one name are told apart by their labels only", () => {
  expect(oneNamed([marie, other, pierre], "Marie Curie", labelOf)).toBeNull();
  expect(oneNamed([marie, other, pierre], labelOf(other), labelOf)).toBe(other);
  expect(oneNamed([marie, other, pierre], "Pierre Curie", labelOf)).toBe(pierre);
});

test("the encoding of an accent does not matter, and two of one label are none", () => {
  const elan = { ...marie, name: "Élan".normalize("NFD") };
  expect(oneNamed([elan, pierre], "élan".normalize("NFC"))).toBe(elan);
  expect(oneNamed([marie, { ...other, email: marie.email }], labelOf(marie), labelOf)).toBeNull();
});

test("what was typed before it was known is taken when it is, once", () => {
  const onChange = vi.fn();
  const first = { offered: [] as (typeof marie)[], text: "Marie Curie", value: null, onChange };
  const { rerender } = renderHook((options) => useOneNamed(options), { initialProps: first });
  expect(onChange).not.toHaveBeenCalled();
  rerender({ ...first, offered: [marie, pierre] });
  rerender({ ...first, offered: [marie, pierre] });
  expect(onChange).toHaveBeenCalledExactlyOnceWith(marie);
});
