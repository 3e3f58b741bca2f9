import { expect, test } from "vitest";
import { codeFrom, isCode } from "./codes";

test.each([
  ["Secteur public", "secteur_public"],
  ["  Énergie & eau ", "energie_eau"],
  ["2nd line", "nd_line"],
  ["x".repeat(60), "x".repeat(40)],
  ["الطب", ""],
])("%j has the code %j", (name, code) => {
  expect(codeFrom(name)).toBe(code);
  expect(code === "" || isCode(code)).toBe(true);
});
