import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { GatedButton } from "./gated-button";
import { TooltipProvider } from "./tooltip";

const button = (allowed: true | string) => (
  <TooltipProvider>
    <GatedButton allowed={allowed}>Prove</GatedButton>
  </TooltipProvider>
);

test("the focus stays where it was when one may no longer, and may again", () => {
  const { rerender } = render(button(true));
  const focused = screen.getByRole("button");
  focused.focus();
  rerender(button("Wait until it has ended."));
  expect(focused).toHaveFocus();
  expect(focused).toHaveAttribute("aria-disabled", "true");
  expect(focused).toHaveAccessibleDescription("Wait until it has ended.");
  rerender(button(true));
  expect(focused).toHaveFocus();
  expect(focused).not.toHaveAttribute("aria-disabled");
  expect(screen.queryByRole("tooltip")).toBeNull();
});
