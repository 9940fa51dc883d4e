// An EventSource that never gives up: where the browser stops trying it is opened again, slower each time.

const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 10_000;

export class EventLine {
  wait_ms = FIRST_WAIT_MS;
  isOpen = false;
  timer = 0;

  /** @param {string} url @param {string} since @param {(event: Ui.LineEvent) => void} emit */
  constructor(url, since, emit) {
    this.url = url;
    this.since = since;
    this.emit = emit;
    this.source = this.open();
  }

  open() {
    const url = new URL(this.url, location.href);
    if (this.since) url.searchParams.set("since", this.since);
    const source = new EventSource(url);
    source.onopen = () => { this.isOpen = true; this.wait_ms = FIRST_WAIT_MS; this.emit({ kind: "open" }); };
    source.onerror = () => this.onBroken(source);
    source.addEventListener("d", ({ lastEventId: id, data }) => {
      this.since = id;
      this.emit({ kind: "delta", id, data });
    });
    source.addEventListener("resync", () => this.emit({ kind: "resync" }));
    return source;
  }

  /** @param {EventSource} source */
  onBroken(source) {
    if (source !== this.source) return;
    this.isOpen = false;
    this.emit({ kind: "broken" });
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.restart(this.since), this.wait_ms * (0.8 + 0.4 * Math.random()));
    this.wait_ms = Math.min(LONGEST_WAIT_MS, this.wait_ms * 2);
  }

  /** @param {string} since @param {string} url another one where another view is wanted */
  restart(since, url = this.url) {
    this.close();
    this.since = since;
    this.url = url;
    this.source = this.open();
  }

  close() {
    clearTimeout(this.timer);
    this.source.close();
    this.isOpen = false;
  }
}
