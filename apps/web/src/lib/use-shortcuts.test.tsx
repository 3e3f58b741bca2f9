import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { Shortcut } from "./use-shortcuts";
import { useShortcuts } from "./use-shortcuts";

function Keys({ keys }: { keys: readonly Shortcut[] }) {
  useShortcuts(keys);
  return null;
}

function pressable(...keys: string[]) {
  const run = vi.fn();
  render(
    <>
      <input />
      {keys.map((key) => (
        <Keys key={key} keys={[{ key, label: key, run: () => run(key) }]} />
      ))}
    </>,
  );
  return { run, user: userEvent.setup() };
}

test("two keys one after the other mean one thing, and the second alone another", async () => {
  const { run, user } = pressable("g p", "p", "g");
  await user.keyboard("p");
  await user.keyboard("xp");
  expect(run.mock.calls).toEqual([["p"], ["p"]]);
});

test("the first of two keys waits for the second", async () => {
  const { run, user } = pressable("g p", "g d", "p", "d");
  await user.keyboard("gp");
  await user.keyboard("gd");
  await user.keyboard("gx");
  await user.keyboard("d");
  expect(run.mock.calls).toEqual([["g p"], ["g d"], ["d"]]);
});

test("nothing happens while somebody types", async () => {
  const { run, user } = pressable("g p", "p");
  await user.click(screen.getByRole("textbox"));
  await user.keyboard("gp");
  expect(run).not.toHaveBeenCalled();
});

test("an open list keeps the keys for itself, a hidden one does not", async () => {
  const { run, user } = pressable("p");
  const view = render(<div role="listbox" hidden />);
  await user.keyboard("p");
  expect(run).toHaveBeenCalledTimes(1);
  view.rerender(<div role="listbox" />);
  await user.keyboard("p");
  expect(run).toHaveBeenCalledTimes(1);
});
