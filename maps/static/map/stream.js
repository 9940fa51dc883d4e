// Network, snapshot and deltas. A delta must follow the last one, or the picture starts over.
import { EventLine } from "./event-line.js";
import { Network } from "./network.js";
import { isBefore } from "./picture.js";

const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 8000;
const WORKER_WAIT_MS = 4000; // a worker answers at once, with the state of its line at least
const CALM_MS = 15000; // resyncs nearer than this are in a row
const SILENCE_MS = 45000; // the server pings every 15 s, which a page cannot see; it ticks every second

export class Stream {
  /** `hooks`: network(Network), snapshot(body), delta(body, id), state(). */
  constructor(opts, hooks) {
    Object.assign(this, { opts, hooks });
    this.resyncs = 0;
    this.connection = "none"; // none, open, broken
    this.broken_since_ms = performance.now();
    this.failure = "";
    this.last = "";
    this.waiting = null; // deltas that came while a snapshot is under way
    this.heard_ms = performance.now();
    this.isDirect = !window.SharedWorker || new URLSearchParams(location.search).has("direct");
    addEventListener("online", () => this.wake());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
    setInterval(() => this.listen(), 5000);
  }

  /** Loads until it works, then follows the stream. */
  async start() {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      try {
        await this.load(this.opts.network);
        return this.join();
      } catch (error) {
        this.fail(error);
      }
      await this.pause(wait);
    }
  }

  /** Ends a pause between two tries early when the operator asks. */
  pause(wait_ms) {
    return new Promise((resolve) => { this.hurry = resolve; setTimeout(resolve, wait_ms); });
  }

  async load(networkUrl) {
    const [snapshot, file] = await Promise.all([fetched(this.opts.snapshot, "server"), networkUrl ? fetched(networkUrl, "network") : null]);
    await this.take(snapshot, file);
  }

  async take(snapshot, file) {
    if (file || snapshot.net !== this.net) {
      const fitting = file && file.version === snapshot.net ? file : await fetched(`/api/v1/network/${encodeURIComponent(snapshot.net)}.json`, "network");
      this.net = snapshot.net;
      this.hooks.network(new Network(fitting));
    }
    this.failure = "";
    this.last = snapshot.id;
    this.isJoining = true;
    this.hooks.snapshot(snapshot);
  }

  fail(error) {
    this.failure = error.what || "server";
    this.hooks.state();
  }

  join() {
    if (this.isDirect) {
      this.line = new EventLine(this.opts.stream, this.last, (message) => this.hear(message));
      return;
    }
    const worker = new SharedWorker(new URL("./stream-worker.js", import.meta.url), { type: "module", name: "bomnae" });
    worker.onerror = () => this.goDirect();
    this.port = worker.port;
    this.port.onmessage = ({ data }) => { clearTimeout(this.mute); this.hear(data); };
    this.port.postMessage({ kind: "join", url: new URL(this.opts.stream, location.href).href, since: this.last });
    this.mute = setTimeout(() => this.goDirect(), WORKER_WAIT_MS);
  }

  /** A worker that fails or says nothing: this tab opens a stream of its own. */
  goDirect() {
    clearTimeout(this.mute);
    if (this.line) return;
    if (this.port) this.port.close();
    this.port = null;
    this.isDirect = true;
    this.join();
  }

  leave() {
    if (this.port) this.port.postMessage({ kind: "leave" });
    if (this.line) this.line.close();
  }

  again() {
    this.heard_ms = performance.now();
    if (this.line) this.line.restart(this.last);
    if (this.port) this.port.postMessage({ kind: "again" });
  }

  /** Tries at once: the network is back, the tab is looked at, or the operator pressed the button. */
  wake() {
    if (this.hurry) this.hurry();
    if (this.connection === "broken") this.again();
  }

  /** A connection that says nothing for long is a dead one that nobody closed. */
  listen() {
    if (this.connection === "open" && performance.now() - this.heard_ms > SILENCE_MS) this.again();
  }

  hear(message) {
    this.heard_ms = performance.now();
    if (message.kind === "open" || message.kind === "broken") this.connect(message.kind);
    else if (message.kind === "resync") this.resync();
    else if (message.kind === "delta") this.receive(message.id, JSON.parse(message.data));
  }

  connect(kind) {
    if (kind === "broken" && this.connection !== "broken") this.broken_since_ms = performance.now();
    this.connection = kind;
    this.hooks.state();
  }

  receive(id, delta) {
    if (this.connection !== "open") this.connect("open");
    if (this.waiting) return this.waiting.push([id, delta]);
    if (delta.net !== undefined && delta.net !== this.net) return this.resync([id, delta]);
    const step = this.judge(id, delta.prev);
    if (step === "gap") return this.resync([id, delta]);
    if (step === "old") return undefined;
    if (id) this.last = id;
    this.isJoining = this.isJoining && delta.prev === id;
    this.hooks.delta(delta, id);
    return undefined;
  }

  /** "next", "old" or "gap". Only the first delta after a snapshot may begin before it: values are absolute. */
  judge(id, prev) {
    if (prev === undefined || prev === this.last) return "next";
    if (!isBefore(this.last, id)) return "old";
    return this.isJoining && isBefore(prev, this.last) ? "next" : "gap";
  }

  /** One resync is at once; resyncs in a row wait longer each time, or a fault would flood the server. */
  async calm() {
    const now = performance.now();
    const isInRow = this.resynced_ms !== undefined && now - this.resynced_ms < CALM_MS;
    this.calm_wait = isInRow ? Math.min(LONGEST_WAIT_MS, 2 * (this.calm_wait || FIRST_WAIT_MS / 2)) : 0;
    if (this.calm_wait) await this.pause(this.calm_wait);
    this.resynced_ms = performance.now();
  }

  /** Starts over from a snapshot; what comes meanwhile waits for it. */
  async resync(first) {
    if (this.waiting) return;
    this.resyncs += 1;
    this.waiting = first ? [first] : [];
    await this.calm();
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      try {
        await this.take(await fetched(this.opts.snapshot, "server"), null);
        break;
      } catch (error) {
        this.fail(error);
      }
      await this.pause(wait);
    }
    const waiting = this.waiting;
    this.waiting = null;
    for (const [id, delta] of waiting) if (delta.net === undefined || delta.net === this.net) this.receive(id, delta);
  }
}

async function fetched(url, what) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 15000);
  try {
    const answer = await fetch(url, { signal: stop.signal, credentials: "same-origin" });
    if (!answer.ok) throw Object.assign(new Error(`${url}: HTTP ${answer.status}`), { what });
    return await answer.json();
  } catch (error) {
    throw Object.assign(error, { what: error.what || (error instanceof TypeError ? "server" : what) });
  } finally {
    clearTimeout(timer);
  }
}
