// Network, snapshot and deltas. A delta must follow the last one, or the picture starts over.
import { EventLine } from "./event-line.js";
import { Network } from "./network.js";
import { isBefore } from "./order.js";
import { FetchError, fetched } from "./fetched.js";
import { Looking } from "./looking.js";

const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 8000;
const WORKER_WAIT_MS = 4000; // a worker answers at once, with the state of its line at least
const CALM_MS = 15_000; // resyncs nearer than this are in a row
const SILENCE_MS = 45_000; // the server pings every 15 s, which a page cannot see; it ticks every second

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
  network = /** @type {Network | null} */ (null);
  query = ""; // of a network in tiles: what the line is joined for

  /** @param {{network: string, index?: string, snapshot: string, stream: string}} urls
   * @param {Ui.StreamHooks} hooks */
  constructor(urls, hooks) {
    this.urls = urls;
    this.hooks = hooks;
    this.looking = new Looking(this, hooks);
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
      const { network, index } = this.urls;
      const [body, made] = await Promise.all([this.readSnapshot(), this.readNetwork(index || network)]);
      await this.take(body, made);
    });
    this.join();
    this.looking.soon();
  }

  /** The snapshot; of a network in tiles with the links of what the line is joined for, at first of the
   * view. @returns {Promise<Api.Snapshot>} */
  readSnapshot() {
    if (this.urls.index && !this.query) this.query = this.looking.aim();
    return fetched(this.urls.snapshot + (this.query && "?" + this.query), "server");
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

  /** The network at an address, with the tiles of the view where it comes in tiles. @param {string} url */
  async readNetwork(url) {
    const network = new Network(await fetched(url, "network"));
    await this.looking.begin(network);
    return network;
  }

  /** @param {Api.Snapshot} snapshot @param {Network | null} made one that was read beside it */
  async take(snapshot, made) {
    if (made || snapshot.net !== this.net) {
      const name = encodeURIComponent(snapshot.net) + (this.urls.index ? "/index" : "");
      const isFitting = made?.version === snapshot.net;
      const network = isFitting ? made : await this.readNetwork(`/api/v1/network/${name}.json`);
      this.net = snapshot.net;
      this.network = network;
      this.hooks.network(network);
      this.hooks.look(this.looking.tiles, []);
    }
    this.failure = "";
    this.last = snapshot.id;
    this.isJoining = true;
    this.hooks.snapshot(snapshot);
  }

  /** Begins the line anew for another view. @param {string} query @param {string} since */
  rejoin(query, since) {
    this.query = query;
    this.line?.restart(since, this.streamUrl());
    if (this.line) this.onEvent({ kind: "joined", since });
    this.port?.postMessage({ kind: "view", view: this.query, since });
  }

  streamUrl() { return this.urls.stream + (this.query && "?" + this.query); }

  join() {
    if (this.isDirect) {
      this.line = new EventLine(this.streamUrl(), this.last, (event) => this.onEvent(event));
      return;
    }
    const file = new URL("./stream-worker.js", import.meta.url);
    const worker = new SharedWorker(file, { type: "module", name: "bomnae" });
    worker.onerror = () => this.goDirect();
    this.port = worker.port;
    this.port.onmessage = ({ data }) => { clearTimeout(this.mute); this.onEvent(data); };
    const url = new URL(this.urls.stream, location.href).href;
    this.port.postMessage({ kind: "join", url, view: this.query, since: this.last });
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
    else if (event.kind === "joined") this.rewind(event.since || this.last);
  }

  /** The line begins at `since` now: what comes again is the same, what comes in one may begin before it.
   * @param {string} since */
  rewind(since) {
    this.last = since;
    this.isJoining = true;
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
    await this.untilDone(async () => this.take(await this.readSnapshot(), null));
    this.waiting = null;
    for (const [id, delta] of waiting) if (this.isOfNetwork(delta)) this.receive(id, delta);
    this.looking.soon();
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
