// An EventSource that never gives up: where the browser stops trying it is opened again, slower each time.

const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 10000;

export class EventLine {
  /** `tell` gets {kind: "open" | "broken" | "delta" | "resync", id, data (text)}. */
  constructor(url, since, tell) {
    Object.assign(this, { url, since, tell });
    this.wait_ms = FIRST_WAIT_MS;
    this.isOpen = false;
    this.open();
  }

  open() {
    const source = this.source = new EventSource(this.url + (this.since ? "?since=" + encodeURIComponent(this.since) : ""));
    source.onopen = () => { this.isOpen = true; this.wait_ms = FIRST_WAIT_MS; this.tell({ kind: "open" }); };
    source.onerror = () => this.onBroken(source);
    source.addEventListener("d", (e) => { this.since = e.lastEventId; this.tell({ kind: "delta", id: e.lastEventId, data: e.data }); });
    source.addEventListener("resync", () => this.tell({ kind: "resync" }));
  }

  onBroken(source) {
    if (source !== this.source) return;
    this.isOpen = false;
    this.tell({ kind: "broken" });
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.restart(this.since), this.wait_ms * (0.8 + 0.4 * Math.random()));
    this.wait_ms = Math.min(LONGEST_WAIT_MS, this.wait_ms * 2);
  }

  restart(since) {
    this.close();
    this.since = since;
    this.open();
  }

  close() {
    clearTimeout(this.timer);
    this.source.close();
    this.isOpen = false;
  }
}
