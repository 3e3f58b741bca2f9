import { act } from "@testing-library/react";

/**
 * The browser's `EventSource` with a server at its other end that a test plays. Like the real one it
 * connects again after a break, and never after a refusal.
 */
export class FakeEventSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;

  private static opened: FakeEventSource[] = [];

  readyState: number = FakeEventSource.CONNECTING;

  constructor(readonly url: string) {
    super();
    FakeEventSource.opened.push(this);
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }

  /** The one that is not closed. */
  static get current(): FakeEventSource {
    const open = FakeEventSource.opened.filter(({ readyState }) => readyState !== 2);
    const [only, second] = open;
    if (!only || second) throw new Error(`${open.length} connections are open, not one`);
    return only;
  }

  static get count(): number {
    return FakeEventSource.opened.length;
  }

  static get isAnyOpen(): boolean {
    return FakeEventSource.opened.some(({ readyState }) => readyState !== 2);
  }

  static forgetAll(): void {
    FakeEventSource.opened = [];
  }

  /** The server answers 200. */
  accept(): void {
    this.readyState = FakeEventSource.OPEN;
    this.dispatch(new Event("open"));
  }

  /** The server answers anything else, or somebody between answers for it. */
  refuse(): void {
    this.readyState = FakeEventSource.CLOSED;
    this.dispatch(new Event("error"));
  }

  /** The connection ends, as in a deploy; the browser is about to make another. */
  breakOff(): void {
    this.readyState = FakeEventSource.CONNECTING;
    this.dispatch(new Event("error"));
  }

  say(kind: "change" | "reset", data: object = {}): void {
    this.dispatch(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }

  private dispatch(event: Event): void {
    act(() => {
      this.dispatchEvent(event);
    });
  }
}
