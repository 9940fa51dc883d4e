// Network, snapshot and deltas. A delta must follow the last one, or the picture starts over.
import { EventLine } from "./event-line.js";
import { Network } from "./network.js";
import { isBefore } from "./picture.js";

const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 8000;
const WORKER_WAIT_MS = 4000; // a worker answers at once, with the state of its line at least
const CALM_MS = 15_000; // resyncs nearer than this are in a row
const SILENCE_MS = 45_000; // the server pings every 15 s, which a page cannot see; it ticks every second
const LONGEST_MS = 15_000;

/** What could not be fetched: the network, or anything from the server. */
class FetchError extends Error {
  /** @param {"network" | "server"} what @param {string} message */
  constructor(what, message) {
    super(message);
    this.what = what;
  }
}

export class Stream {
  resyncs = 0;
  /** @type {"none" | "open" | "broken"} */
  connection = "none";
  broken_since_ms = performance.now();
  failure = "";
  net = "";
  last = "";
  isJoining = false;
  /** Deltas that came while a snapshot is under way. @type {[string, Api.Delta][] | null} */
  waiting = null;
  received_ms = performance.now();
  resynced_ms = -Infinity;
  calm_wait = 0;
  mute = 0;
  hurry = () => {};
  line = /** @type {EventLine | null} */ (null);
  port = /** @type {MessagePort | null} */ (null);

  /** @param {{network: string, snapshot: string, stream: string}} urls @param {Ui.StreamHooks} hooks */
  constructor(urls, hooks) {
    this.urls = urls;
    this.hooks = hooks;
    this.isDirect = !window.SharedWorker || new URLSearchParams(location.search).has("direct");
    addEventListener("online", () => this.wake());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
    setInterval(() => this.restartSilent(), 5000);
  }

  /** Loads until it works, then follows the stream. */
  async start() {
    await this.untilDone(async () => {
      const { network, snapshot } = this.urls;
      const [body, file] = await Promise.all([fetched(snapshot, "server"), fetched(network, "network")]);
      await this.take(body, file);
    });
    this.join();
  }

  /** Tries until nothing fails, slower each time. @param {() => Promise<void>} act */
  async untilDone(act) {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      try {
        return await act();
      } catch (error) {
        this.failure = error instanceof FetchError ? error.what : "server";
        this.hooks.state();
      }
      await this.pause(wait);
    }
  }

  /** A pause between two tries; it ends early when the operator asks. @param {number} wait_ms
   * @returns {Promise<void>} */
  pause(wait_ms) {
    return new Promise((resolve) => { this.hurry = resolve; setTimeout(resolve, wait_ms); });
  }

  /** @param {Api.Snapshot} snapshot @param {Api.NetworkFile | null} file */
  async take(snapshot, file) {
    if (file || snapshot.net !== this.net) {
      const url = `/api/v1/network/${encodeURIComponent(snapshot.net)}.json`;
      const fitting = file?.version === snapshot.net ? file : await fetched(url, "network");
      this.net = snapshot.net;
      this.hooks.network(new Network(fitting));
    }
    this.failure = "";
    this.last = snapshot.id;
    this.isJoining = true;
    this.hooks.snapshot(snapshot);
  }

  join() {
    if (this.isDirect) {
      this.line = new EventLine(this.urls.stream, this.last, (event) => this.onEvent(event));
      return;
    }
    const url = new URL("./stream-worker.js", import.meta.url);
    const worker = new SharedWorker(url, { type: "module", name: "bomnae" });
    worker.onerror = () => this.goDirect();
    this.port = worker.port;
    this.port.onmessage = ({ data }) => { clearTimeout(this.mute); this.onEvent(data); };
    const asked = { kind: "join", url: new URL(this.urls.stream, location.href).href, since: this.last };
    this.port.postMessage(asked);
    this.mute = setTimeout(() => this.goDirect(), WORKER_WAIT_MS);
  }

  /** A worker that fails or is silent: this tab opens a stream of its own. */
  goDirect() {
    clearTimeout(this.mute);
    if (this.line) return;
    this.port?.close();
    this.port = null;
    this.isDirect = true;
    this.join();
  }

  leave() {
    this.port?.postMessage({ kind: "leave" });
    this.line?.close();
  }

  again() {
    this.received_ms = performance.now();
    this.line?.restart(this.last);
    this.port?.postMessage({ kind: "again" });
  }

  /** Tries at once: the network is back, the tab is looked at, or the operator pressed the button. */
  wake() {
    this.hurry();
    if (this.connection === "broken") this.again();
  }

  /** A connection that is silent for long is a dead one that nobody closed. */
  restartSilent() {
    if (this.connection === "open" && performance.now() - this.received_ms > SILENCE_MS) this.again();
  }

  /** @param {Ui.LineEvent} event */
  onEvent(event) {
    this.received_ms = performance.now();
    if (event.kind === "open" || event.kind === "broken") this.connect(event.kind);
    else if (event.kind === "resync") this.resync();
    else if (event.kind === "delta") this.receive(event.id, JSON.parse(event.data));
  }

  /** @param {"open" | "broken"} kind */
  connect(kind) {
    if (kind === "broken" && this.connection !== "broken") this.broken_since_ms = performance.now();
    this.connection = kind;
    this.hooks.state();
  }

  /** @param {string} id @param {Api.Delta} delta */
  receive(id, delta) {
    if (this.connection !== "open") this.connect("open");
    if (this.waiting) { this.waiting.push([id, delta]); return; }
    const step = this.isOfNetwork(delta) ? judge(id, delta.prev, this.last, this.isJoining) : "gap";
    if (step === "gap") this.resync([id, delta]);
    if (step !== "next") return;
    if (id) this.last = id;
    this.isJoining &&= delta.prev === id;
    this.hooks.delta(delta, id);
  }

  /** @param {Api.Delta} delta */
  isOfNetwork({ net }) { return net === undefined || net === this.net; }

  /** One resync is at once; resyncs in a row wait longer each time, or a fault would flood the server. */
  async calm() {
    const isInRow = performance.now() - this.resynced_ms < CALM_MS;
    this.calm_wait = isInRow ? Math.min(LONGEST_WAIT_MS, 2 * (this.calm_wait || FIRST_WAIT_MS / 2)) : 0;
    if (this.calm_wait) await this.pause(this.calm_wait);
    this.resynced_ms = performance.now();
  }

  /** Starts over from a snapshot; what comes meanwhile waits for it. @param {[string, Api.Delta]} [first] */
  async resync(first) {
    if (this.waiting) return;
    this.resyncs += 1;
    const waiting = this.waiting = first ? [first] : [];
    await this.calm();
    await this.untilDone(async () => this.take(await fetched(this.urls.snapshot, "server"), null));
    this.waiting = null;
    for (const [id, delta] of waiting) if (this.isOfNetwork(delta)) this.receive(id, delta);
  }
}

/** Whether a delta comes next after `last`. Only the first delta after a snapshot (`isJoining`) may begin
 * before it: values are absolute. @param {string} id @param {string | undefined} prev @param {string} last
 * @param {boolean} isJoining */
export function judge(id, prev, last, isJoining) {
  if (prev === undefined || prev === last) return "next";
  if (!isBefore(last, id)) return "old";
  return isJoining && isBefore(prev, last) ? "next" : "gap";
}

/** @param {string} url @param {"network" | "server"} what */
async function fetched(url, what) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), LONGEST_MS);
  try {
    const answer = await fetch(url, { signal: stop.signal, credentials: "same-origin" });
    if (!answer.ok) throw new FetchError(what, `${url}: HTTP ${answer.status}`);
    return await answer.json();
  } catch (error) {
    if (error instanceof FetchError) throw error;
    throw new FetchError(error instanceof TypeError ? "server" : what, String(error));
  } finally {
    clearTimeout(timer);
  }
}
