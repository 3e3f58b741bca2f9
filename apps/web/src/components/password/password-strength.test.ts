import { expect, test } from "vitest";
import { passwordStrength } from "./password-strength";

test.each([
  ["123456789", "short"],
  ["aaaaaaaaaaaaaaaaaaaa", "weak"],
  ["abcabcabcabcabcabc", "weak"],
  ["lovelace-ada", "weak"],
  ["brown-fox1", "fair"],
  ["correct horse battery staple", "strong"],
])("%j is %s", (password, strength) => {
  expect(passwordStrength(password, ["Ada Lovelace", "ada@example.com"])).toBe(strength);
});
