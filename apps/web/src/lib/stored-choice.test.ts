import { expect, test, vi } from "vitest";
import { storedChoice } from "./stored-choice";

const make = () => storedChoice("test.colour", ["red", "blue"] as const);

test("a choice is kept for the next visit, and told to whoever listens", () => {
  const choice = make();
  const listener = vi.fn();
  const stop = choice.subscribe(listener);
  choice.write("blue");
  stop();
  choice.write("red");
  expect(listener).toHaveBeenCalledOnce();
  expect(make().read()).toBe("red");
});

test("null forgets the choice", () => {
  const choice = make();
  choice.write("blue");
  choice.write(null);
  expect([choice.read(), localStorage.length]).toEqual([null, 0]);
});

test("what another tab forgot is forgotten here too", () => {
  const choice = make();
  choice.write("blue");
  localStorage.removeItem("test.colour");
  expect(choice.read()).toBeNull();
});

test("what somebody else wrote into the storage is not taken for a choice", () => {
  localStorage.setItem("test.colour", "green");
  expect(make().read()).toBeNull();
});

test("where storage is blocked, the choice holds until the page is left", () => {
  const blocked = () => {
    throw new DOMException("blocked", "SecurityError");
  };
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(blocked);
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(blocked);
  const choice = make();
  choice.write("blue");
  expect(choice.read()).toBe("blue");
});
