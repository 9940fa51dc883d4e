// One tap: kept over a dead battery, sent until the server has it, followed until the log has judged it.
import { textsOf } from "../words.js";
import { RefusedError, fetchReport, pauseAfter, postReport, uuid } from "./line.js";
import { crew } from "./token.js";
import { isWord, wordsOf } from "./words.js";

const KEEP_MS = 3_600_000; // an older report may be true no more
const LATE_MS = 20_000, LOOK_MS = 1_000, LOOK_LATE_MS = 5_000;
const name = "bomnae.crew.tap:" + crew.work;
let tap = /** @type {Crew.Tap | null} */ (null);
let timer = 0, failures = 0, isBusy = false;
/** @type {(state: Ui.TapState, news: Ui.TapNews) => void} */
let show = () => {};
/** @type {(body: Crew.Body) => void} */
let onBody = () => {};

function keep() { // without the token: what lies about must not speak for the crew
  try {
    if (tap) localStorage.setItem(name, JSON.stringify(tap));
    else localStorage.removeItem(name);
  } catch { /* kept in memory alone */ }
}

/** @returns {Crew.Tap | null} */
function kept() {
  try {
    const row = JSON.parse(localStorage.getItem(name) || "null");
    return row?.report_id && isWord(row.word) ? row : null;
  } catch { return null; }
}

/** @param {Ui.TapState} state */
function tell(state, more = {}) { if (tap) show(state, { word: wordsOf(tap.word), tap, ...more }); }

/** @param {number} ms @param {() => void} act */
function after(ms, act) { clearTimeout(timer); timer = setTimeout(act, ms); }

/** @param {Ui.TapState} state */
function end(state, more = {}) {
  clearTimeout(timer);
  tell(state, more);
  tap = null;
  keep();
}

/** Asks the server about the tap, and again where it cannot be reached.
 * @param {(own: Crew.Tap) => Promise<Crew.Body>} ask */
async function inquire(ask) {
  if (!tap || isBusy) return;
  isBusy = true;
  clearTimeout(timer);
  try {
    judge(await ask(tap));
  } catch (error) {
    fail(error, () => inquire(ask));
  } finally { isBusy = false; }
}

function send() {
  if (!failures && !isBusy) tell("sending");
  inquire(postReport);
}
const follow = () => inquire((own) => fetchReport(own.report_id));

/** @param {Crew.Body} body */
function judge(body) {
  failures = 0;
  onBody(body);
  const { outcome } = body.report;
  if (outcome === "taken") end("taken");
  else if (outcome === "refused") end("refused", { why: textsOf(body.report) });
  else if (outcome === "unknown") after(LOOK_MS, send); // the server is new, or the log never had it
  else if (tap) wait(tap);
}

/** The server has it, the log not yet. @param {Crew.Tap} own */
function wait(own) {
  own.sent_ms ||= Date.now();
  keep();
  const isLate = Date.now() - own.sent_ms > LATE_MS;
  tell(isLate ? "late" : "waiting");
  after(isLate ? LOOK_LATE_MS : LOOK_MS, follow);
}

/** @param {unknown} error @param {() => void} again */
function fail(error, again) {
  if (error instanceof RefusedError) {
    end("refused", { why: error.texts, isOfLink: error.isOfLink });
    return;
  }
  failures += 1;
  tell(tap?.sent_ms ? "late" : "away");
  after(pauseAfter(failures), again);
}

function go() {
  failures = 0;
  if (tap) (tap.sent_ms ? follow : send)();
}

export const taps = {
  /** @param {string} word @param {number} [until_ms] */
  report(word, until_ms) {
    clearTimeout(timer);
    failures = 0;
    tap = { word, report_id: uuid(), at_ms: Date.now(), ...(until_ms ? { until_ms } : {}) };
    keep();
    send();
  },
  again: go,
  drop() { end("dropped"); },
  /** Takes up what an earlier page left. @param {typeof show} onState @param {typeof onBody} onAnswer */
  start(onState, onAnswer) {
    [show, onBody] = [onState, onAnswer];
    tap = kept();
    if (tap && Date.now() - tap.at_ms > KEEP_MS) end("stale");
    addEventListener("online", go);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) go(); });
    go();
  },
};
