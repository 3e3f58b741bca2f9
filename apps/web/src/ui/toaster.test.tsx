import { act, render, screen } from "@testing-library/react";
import { Tooltip } from "radix-ui";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { currentToasts, dismissToast, showToast } from "./toast-store";
import { Toaster } from "./toaster";

beforeEach(() => {
  vi.useFakeTimers();
  render(
    <Tooltip.Provider>
      <Toaster label="Notifications" closeLabel="Close" />
    </Tooltip.Provider>,
  );
});

afterEach(() => {
  act(() => {
    for (const { id } of currentToasts()) dismissToast(id);
  });
  vi.useRealTimers();
});

const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));
const undo = { label: "Undo", onAction: () => undefined };

test("a message that can be undone stays for ten seconds, one that says something for six", () => {
  act(() => showToast({ tone: "success", title: "Saved" }));
  act(() => showToast({ tone: "success", title: "Moved", action: undo }));
  pass(6_500);
  expect(screen.queryByText("Saved")).not.toBeInTheDocument();
  pass(3_000);
  expect(screen.getByText("Moved")).toBeVisible();
  pass(1_000);
  expect(screen.queryByText("Moved")).not.toBeInTheDocument();
});

test("it stays while the focus is on it", () => {
  act(() => showToast({ tone: "success", title: "Moved", action: undo }));
  act(() => screen.getByRole("button", { name: "Undo" }).focus());
  pass(60_000);
  expect(screen.getByText("Moved")).toBeVisible();
});
