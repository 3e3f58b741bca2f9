import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll } from "vitest";
import { currentToasts, dismissToast } from "@/ui/toast-store";
import { FakeEventSource } from "./event-source";
import { PATIENCE_MS } from "./patience";
import { server } from "./server";

configure({ asyncUtilTimeout: PATIENCE_MS });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));

afterEach(() => {
  cleanup();
  server.resetHandlers();
  localStorage.clear();
  FakeEventSource.forgetAll();
  for (const { id } of currentToasts()) dismissToast(id);
});

afterAll(() => server.close());

// What Radix asks of a browser and jsdom lacks: nothing here has a size or can be scrolled.
Element.prototype.hasPointerCapture = () => false;
Element.prototype.scrollIntoView = () => {};
window.scrollTo = () => {};
Object.assign(globalThis, { EventSource: FakeEventSource });
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
