import { screen } from "@testing-library/react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { useRouteId } from "@/lib/route-ids";
import { renderScreen } from "@/mocks/render";
import { IdBoundary } from "./id-boundary";

function Counter() {
  const id = useRouteId();
  const [count, setCount] = useState(0);
  const router = useRouter();
  return (
    <>
      <button type="button" onClick={() => setCount(count + 1)}>
        {id}: {count}
      </button>
      <button type="button" onClick={() => router.push("/projects/b")}>
        next
      </button>
    </>
  );
}

const screenOf = (
  <IdBoundary>
    <Counter />
  </IdBoundary>
);

test("another id starts anew, at the top of the page", async () => {
  const scrolled = vi.spyOn(window, "scrollTo");
  const { user } = renderScreen(screenOf, { at: "/projects/a" });
  await user.click(screen.getByRole("button", { name: "a: 0" }));
  expect(screen.getByRole("button", { name: "a: 1" })).toBeVisible();
  expect(scrolled).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "next" }));
  expect(screen.getByRole("button", { name: "b: 0" })).toBeVisible();
  expect(scrolled).toHaveBeenCalledWith(0, 0);
});

test("on the way back the browser's own scroll position is left alone", async () => {
  const { user } = renderScreen(screenOf, { at: "/projects/a" });
  const scrolled = vi.spyOn(window, "scrollTo");
  goneBackTo("/projects/b");
  await user.click(screen.getByRole("button", { name: "next" }));
  expect(scrolled).not.toHaveBeenCalled();
});

test("after a step back within a page the next one begins at its top", async () => {
  const { user } = renderScreen(screenOf, { at: "/projects/a" });
  const scrolled = vi.spyOn(window, "scrollTo");
  goneBackTo("/projects/a");
  await user.click(screen.getByRole("button", { name: "next" }));
  expect(scrolled).toHaveBeenCalledWith(0, 0);
});

/** What the browser does; that the path is another one then, the router says. */
function goneBackTo(path: string) {
  window.history.replaceState(null, "", path);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
