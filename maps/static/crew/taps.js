// One tap on its way: kept over a dead battery, sent until the server has it, followed until the log says what became of it.
import { crew } from "./token.js";
import { Refused, fetchReport, pauseAfter, postReport, uuid } from "./line.js";
import { pair } from "./words.js";
import { hasWord } from "../words.js";

const KEEP_MS = 3_600_000; // an older word may be true no more
const LATE_MS = 20_000, LOOK_MS = 1_000, LOOK_LATE_MS = 5_000;
const name = "bomnae.crew.tap:" + crew.work;
let tap = null, timer = 0, failures = 0, isBusy = false, show = () => {}, seen = () => {};

function keep() { // without the token: what lies about must not speak for the crew
  try {
    if (tap) localStorage.setItem(name, JSON.stringify(tap));
    else localStorage.removeItem(name);
  } catch { /* kept in memory alone */ }
}
function kept() {
  try {
    const row = JSON.parse(localStorage.getItem(name));
    return row && row.report_id && hasWord("crew." + row.word) ? row : null;
  } catch { return null; }
}
function say(state, more = {}) { show(state, { word: tap ? pair(tap.word) : ["", ""], tap, ...more }); }
function after(ms, act) { clearTimeout(timer); timer = setTimeout(act, ms); }
function end(state, more) {
  clearTimeout(timer);
  say(state, more);
  tap = null;
  keep();
}

async function send() {
  if (!tap || isBusy) return;
  isBusy = true;
  clearTimeout(timer);
  if (!failures) say("sending");
  try {
    judge(await postReport(tap));
  } catch (error) {
    failed(error, send);
  } finally { isBusy = false; }
}

async function follow() {
  if (!tap || isBusy) return;
  isBusy = true;
  try {
    judge(await fetchReport(tap.report_id));
  } catch (error) {
    failed(error, follow);
  } finally { isBusy = false; }
}

function judge(body) {
  failures = 0;
  seen(body);
  const { outcome, ko, en } = body.report;
  if (outcome === "taken") return end("taken");
  if (outcome === "refused") return end("refused", { why: [ko, en] });
  if (outcome === "unknown") return after(LOOK_MS, send); // the server was started anew, or the log never had it
  tap.sent_ms = tap.sent_ms || Date.now();
  keep();
  const isLate = Date.now() - tap.sent_ms > LATE_MS;
  say(isLate ? "late" : "waiting");
  after(isLate ? LOOK_LATE_MS : LOOK_MS, follow);
}

function failed(error, again) {
  if (error instanceof Refused) return end("refused", { why: error.pair, status: error.status });
  failures += 1;
  say(tap.sent_ms ? "late" : "away");
  after(pauseAfter(failures), again);
}

const go = () => { failures = 0; if (tap) (tap.sent_ms ? follow : send)(); };
export const taps = {
  /** Whether a word is on its way that the server does not have yet. */
  isQueued: () => Boolean(tap && !tap.sent_ms),
  tell(word, until_ms) {
    clearTimeout(timer);
    failures = 0;
    tap = { word, report_id: uuid(), at_ms: Date.now(), ...(until_ms ? { until_ms } : {}) };
    keep();
    send();
  },
  again: go,
  drop() { if (tap) end("dropped"); },
  /** Takes up what an earlier page left; `onState(state, {word, why, tap})`, `onSeen(body)`. */
  start(onState, onSeen) {
    [show, seen] = [onState, onSeen];
    tap = kept();
    if (tap && Date.now() - tap.at_ms > KEEP_MS) end("stale");
    addEventListener("online", go);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) go(); });
    go();
  },
};
