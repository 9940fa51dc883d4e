// The crew's page: four buttons, what was said last, what the public sees, what the buses say.
import { crew, forget } from "./token.js";
import { Refused, fetchReport } from "./line.js";
import { startPhotos } from "./photo.js";
import { taps } from "./taps.js";
import { hideUntil, openUntil } from "./until.js";
import { clockOf, pair, startWords, writePair } from "./words.js";

const root = document.documentElement;
const LOOK_MS = 15_000, SURE_MS = 5_000;
const $ = (id) => document.getElementById(id);
let site = null, ahead_ms = 0, sure = 0;

const nowMs = () => Date.now() + ahead_ms;
const buttons = () => [...document.querySelectorAll("#words [data-word]")];
const button = (word) => document.querySelector(`#words [data-word=${word}]`);

function showSite(body) {
  if (!body.site) return;
  site = body.site;
  ahead_ms = site.now_ms - Date.now();
  const { public: told, said, against } = site;
  writePair($("site-public"), [`${told.word_ko} · ${told.certainty_ko}`, `${told.word_en} · ${told.certainty_en}`]);
  writePair($("site-said"), said ? [said.ko, said.en] : pair("none"));
  $("site-against").hidden = !against && !site.is_late;
  $("site-against").dataset.contradicted = against && against.is_contradicted ? "1" : "0";
  if (against) writePair($("site-against"), [against.ko, against.en]);
  else if (site.is_late) writePair($("site-against"), pair("stopped"));
  const verdict = document.querySelector(".verdict");
  verdict.querySelector("span").textContent = site.phase_ko;
  root.dataset.phase = site.phase;
  const isAfter = ["overdue", "finished"].includes(site.phase);
  const note = $("not-yet-note");
  writePair(note, isAfter ? pair("not_ended") : pair("not_begun"));
  for (const element of buttons()) element.classList.toggle("next", element.dataset.word === site.next);
}

const STATES = { sending: "sending", waiting: "waiting", late: "waiting", taken: "taken", refused: "refused", away: "away", stale: "refused", dropped: "idle" };
function showTap(state, { word, why, tap, status }) {
  const line = $("tap-state");
  const shown = pair(state, { word, why: why || ["", ""] });
  if (state === "taken") pair("undo_" + tap.word).forEach((hint, place) => { shown[place] += ` (${clockOf(nowMs())}). ${hint}`; });
  line.dataset.state = STATES[state];
  writePair(line, shown);
  const isQueued = state === "away" || state === "sending";
  $("again").hidden = $("drop").hidden = state !== "away";
  for (const element of buttons()) element.disabled = isQueued;
  // A button that was switched off while it was sent has lost the keyboard: give it back.
  if (tap && !isQueued && document.activeElement === document.body) button(tap.word).focus();
  if (state === "refused" && (status === 403 || status === 404)) refuse(why);
  if (state === "taken" || state === "refused") look();
}

/** The link counts no more: the page stays, to be read. */
function refuse(why) {
  forget();
  $("bar").hidden = $("photos").hidden = true;
  root.removeAttribute("data-taps");
  $("link-refused").hidden = false;
  writePair($("link-refused"), why || pair("link_refused"));
}

async function look() {
  if (!crew.token || document.hidden) return;
  try { showSite(await fetchReport("")); } catch (error) {
    if (error instanceof Refused && [403, 404].includes(error.status)) refuse(error.pair);
  }
}

/** The end is told by a second tap within five seconds. */
function endOnce() {
  if (sure) { calm(); taps.tell("end"); return; }
  const element = button("end");
  element.classList.add("sure");
  writePair(element, pair("once_more"));
  writePair($("tap-state"), pair("once_more_said"));
  $("tap-state").dataset.state = "waiting";
  sure = setTimeout(() => { calm(); idle(); }, SURE_MS);
}
function calm() {
  clearTimeout(sure);
  sure = 0;
  button("end").classList.remove("sure");
  writePair(button("end"), pair("end"));
}
function idle() {
  $("tap-state").dataset.state = "idle";
  writePair($("tap-state"), pair("idle"));
}

function tapped(word) {
  if (word === "end") return endOnce();
  if (sure) calm();
  if (word !== "extend") return taps.tell(word);
  idle();
  openUntil(site, nowMs(), (until_ms) => { hideUntil(); taps.tell("extend", until_ms); });
}

function start() {
  startWords();
  if (!crew.token) return;
  root.dataset.taps = "1";
  $("bar").hidden = false;
  const note = button("not_yet").appendChild(document.createElement("small"));
  note.id = "not-yet-note";
  idle();
  for (const element of buttons()) element.addEventListener("click", () => tapped(element.dataset.word));
  $("again").addEventListener("click", () => taps.again());
  $("drop").addEventListener("click", () => taps.drop());
  // What is scrolled to the end must not lie under the buttons, however high they stand.
  new ResizeObserver(() => root.style.setProperty("--bar", $("bar").offsetHeight + 24 + "px")).observe($("bar"));
  taps.start(showTap, showSite);
  startPhotos();
  look();
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
}
start();
