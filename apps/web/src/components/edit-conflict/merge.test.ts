import { expect, test } from "vitest";
import { changesOf, differences, merged } from "./merge";

const base = { name: "Reader", description: "", categories: ["a"] as readonly string[] };

test("only what differs is sent", () => {
  expect(changesOf(base, { ...base, name: "Lecteur", categories: ["a"] })).toEqual({
    name: "Lecteur",
  });
  expect(changesOf(base, { ...base })).toEqual({});
});

test("a field that both changed is contested, and mine is proposed", () => {
  const found = differences(base, { ...base, name: "Theirs" }, { ...base, name: "Mine" });
  expect(found).toEqual([{ name: "name", isContested: true, proposal: "mine" }]);
});

test("what only one of them changed is proposed as that one has it", () => {
  const theirs = { ...base, categories: ["a", "b"] };
  const mine = { ...base, description: "It reads." };
  expect(differences(base, theirs, mine)).toEqual([
    { name: "description", isContested: false, proposal: "mine" },
    { name: "categories", isContested: false, proposal: "theirs" },
  ]);
});

test("what both changed to the same is no difference", () => {
  const same = { ...base, name: "Lecteur" };
  expect(differences(base, same, { ...same })).toEqual([]);
});

test("what is chosen is put together", () => {
  const theirs = { ...base, name: "Theirs", description: "Theirs" };
  const mine = { ...base, name: "Mine", description: "Mine" };
  expect(merged(theirs, mine, { name: "mine", description: "theirs" })).toEqual({
    ...base,
    name: "Mine",
    description: "Theirs",
  });
});
