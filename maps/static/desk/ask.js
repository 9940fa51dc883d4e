// Questions to the server. An answer is a body, or a failure with a code the screen has words for.
const LONGEST_MS = 10_000;

/** What went wrong: "away" (no server), "failing" (one that could not answer) or "refused". */
export class AskError extends Error {
  /** @param {"away" | "failing" | "refused"} what @param {string} reason the server's */
  constructor(what, reason = "") {
    super(reason || what);
    this.what = what;
    this.reason = reason;
  }
}

/**
 * The JSON body at a path; `signal` gives the question up. Throws AskError, or AbortError when given up.
 * @param {string} path
 * @param {{query?: Record<string, string | number | undefined>, signal?: AbortSignal, post?: object}} options
 */
export async function ask(path, { query = {}, signal, post } = {}) {
  const late = AbortSignal.timeout(LONGEST_MS), url = addressOf(path, query);
  /** @type {RequestInit} */
  const options = { signal: signal ? either(signal, late) : late };
  if (post) {
    options.method = "POST";
    options.body = JSON.stringify(post);
    options.headers = { "Content-Type": "application/json" };
  }
  return read(await fetch(url, options).catch((error) => {
    throw signal?.aborted ? error : new AskError("away");
  }));
}

/** @param {Response} answer */
async function read(answer) {
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body;
  const isRefused = answer.status >= 400 && answer.status < 500;
  throw new AskError(isRefused ? "refused" : "failing", String(body?.error?.message || ""));
}

/** @param {string} path @param {Record<string, string | number | undefined>} query */
function addressOf(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length ? `${path}?${text}` : path;
}

/** An older browser heeds the first only. @param {AbortSignal} signal @param {AbortSignal} late */
const either = (signal, late) => AbortSignal.any ? AbortSignal.any([signal, late]) : signal;
