// What was told and is not recorded yet: it waits here, and in this browser, until the log has it.

/** @typedef {{id: string, closure: string, method: string, path: string, body: Record<string, unknown>,
 *   made_ms: number, title: string, links: number[]}} Act */
/** @typedef {Act & {trouble: string}} Waiting what waits; `trouble`: why it can never be taken as it is */
/** @typedef {{done: (act: Act, answer: {version: number, is_shown: boolean}) => void,
 *   conflict: (act: Act, answer: Api.Conflict) => void,
 *   refused: (act: Act, answer: {error: {message: string}, troubles?: Api.Trouble[]}) => void,
 *   changed: () => void}} Heard */

const AGAIN_MS = 2000, OLD_MS = 12 * 3_600_000, KEY = "bomnae.waits";
const AWAY = [0, 401, 408, 429, 502, 503, 504]; // a login that is over comes back

export class Sender {
  /** @type {Map<string, Waiting>} */
  waits = new Map();
  sending = /** @type {Set<string>} */ (new Set());
  timer = 0;

  /** @param {Heard} heard @param {() => number} now @param {string} key where this browser keeps it */
  constructor(heard, now, key = KEY) {
    this.key = key;
    this.heard = heard;
    this.now = now;
    for (const act of read(key)) if (now() - act.made_ms < OLD_MS) this.waits.set(act.id, act);
    addEventListener("online", () => this.again());
    this.plan();
  }

  /** @param {Act} act */
  send(act) {
    this.waits.set(act.id, { ...act, trouble: "" });
    this.keep();
    return this.try(act);
  }

  /** @param {Act} act */
  async try(act) {
    if (this.sending.has(act.id)) return;
    this.sending.add(act.id);
    const [status, answer] = await post(act);
    this.sending.delete(act.id);
    if (!this.waits.has(act.id)) return; // it was taken back meanwhile
    if (AWAY.includes(status)) this.keep(); else this.settle(act, status, answer);
    this.plan();
  }

  /** The server has answered for good. @param {Act} act @param {number} status @param {any} answer */
  settle(act, status, answer) {
    this.waits.delete(act.id);
    this.keep();
    if (status < 300) this.heard.done(act, answer);
    else if (status === 409 && answer.theirs) this.heard.conflict(act, answer);
    else this.heard.refused(act, answer);
  }

  /** @param {string} id */
  drop(id) { this.waits.delete(id); this.keep(); }

  again() { for (const act of this.waits.values()) this.try(act); }

  plan() {
    clearTimeout(this.timer);
    if (this.waits.size) this.timer = setTimeout(() => this.again(), AGAIN_MS);
  }

  keep() {
    try { localStorage.setItem(this.key, JSON.stringify([...this.waits.values()])); } catch { /* not kept */ }
    this.heard.changed();
  }
}

/** @param {string} key @returns {Waiting[]} */
function read(key) {
  try { return JSON.parse(localStorage.getItem(key) || "[]"); } catch { return []; }
}

/** The status and the body of an answer; 0: there was none. @param {Act} act
 * @returns {Promise<[number, any]>} */
async function post({ method, path, body }) {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/api/v1/" + path, { method, headers, body: JSON.stringify(body) });
    const said = await answer.json().catch(() => ({ error: { message: `HTTP ${answer.status}` } }));
    return [answer.status, said];
  } catch {
    return [0, null];
  }
}
