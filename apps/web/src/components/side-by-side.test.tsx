import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { SideBySide } from "./side-by-side";

const REVERSING = "a\u202Ebdc";

test("what is written from the other side stays within itself", () => {
  const { container } = render(<SideBySide names={[REVERSING, null, "", "שלום", "KEY"]} />);
  expect(container).toHaveTextContent(`${REVERSING} · שלום · KEY`);
  const isolated = [...container.querySelectorAll("bdi")].map((name) => name.textContent);
  expect(isolated).toEqual([REVERSING, "שלום", "KEY"]);
});
