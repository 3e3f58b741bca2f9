/** What a connection tells. All of it may come at any time until `close()`. */
export type LiveListener = {
  /** Events of the kind `change`, a few at once when they come together. */
  onChanges: (data: string[]) => void;
  /** Something may have been missed: everything on the screen may be out of date. */
  onMissed: () => void;
  /** The server does not let us in; it may say why to an ordinary request. */
  onRefused: () => void;
  /** For so long without a connection that a person should know, or not any more. */
  onIsLostChange: (isLost: boolean) => void;
};

const TOGETHER_MS = 50;
const LOST_AFTER_MS = 4_000;
const RETRY_MS = 2_000;
/** Over HTTP/1.1 a browser has six connections for all tabs: those that nobody sees give theirs back. */
const HIDDEN_FOR_MS = 10_000;

/**
 * An `EventSource` that comes back from everything: what the browser does not repeat by itself, as
 * after a 502 of a proxy, is repeated here. Closed while the page is hidden.
 */
export class LiveConnection {
  private source: EventSource | null = null;
  private waiting: string[] = [];
  private isLost = false;
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly address: string,
    private readonly listener: LiveListener,
  ) {
    document.addEventListener("visibilitychange", this.followVisibility);
    if (!document.hidden) this.open();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.followVisibility);
    this.leave();
  }

  private readonly followVisibility = () => {
    if (document.hidden) {
      this.soon("hidden", HIDDEN_FOR_MS, () => this.leave());
    } else {
      this.cancel("hidden");
      if (!this.source) this.open();
    }
  };

  private open(): void {
    const source = new EventSource(this.address);
    this.source = source;
    this.missFromNow();
    source.addEventListener("open", () => this.onOpen());
    source.addEventListener("error", () => this.onError(source));
    source.addEventListener("reset", () => this.listener.onMissed());
    source.addEventListener("change", ({ data }) => this.collect(data));
  }

  /** Things may have changed while it was away, or since the page asked for what it shows. */
  private onOpen(): void {
    this.cancel("lost");
    this.say({ isLost: false });
    this.listener.onMissed();
  }

  private onError(source: EventSource): void {
    this.missFromNow();
    if (source.readyState !== EventSource.CLOSED) return;
    this.listener.onRefused();
    this.soon("retry", RETRY_MS, () => this.open());
  }

  private missFromNow(): void {
    if (this.timers.has("lost")) return;
    this.soon("lost", LOST_AFTER_MS, () => this.say({ isLost: true }));
  }

  private collect(data: string): void {
    this.waiting.push(data);
    if (this.timers.has("together")) return;
    this.soon("together", TOGETHER_MS, () => {
      this.listener.onChanges(this.waiting);
      this.waiting = [];
    });
  }

  private leave(): void {
    this.source?.close();
    this.source = null;
    this.waiting = [];
    for (const name of [...this.timers.keys()]) this.cancel(name);
    this.say({ isLost: false });
  }

  private say({ isLost }: { isLost: boolean }): void {
    if (isLost === this.isLost) return;
    this.isLost = isLost;
    this.listener.onIsLostChange(isLost);
  }

  private soon(name: string, afterMs: number, run: () => void): void {
    this.cancel(name);
    const timer = setTimeout(() => {
      this.timers.delete(name);
      run();
    }, afterMs);
    this.timers.set(name, timer);
  }

  private cancel(name: string): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }
}
