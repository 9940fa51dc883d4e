// The crew's page: four buttons, what was reported last, what the public sees, what the buses show.
import { byId, el, makeButton } from "../dom.js";
import { minuteText } from "../times.js";
import { RefusedError, fetchPage, fetchReport, pauseAfter } from "./line.js";
import { startPhotos } from "./photo.js";
import { taps } from "./taps.js";
import { crew, forget } from "./token.js";
import { hideUntil, openUntil } from "./until.js";
import { textsOf } from "../words.js";
import { showWords, startWords, wordsOf, writeTexts } from "./words.js";

const LOOK_MS = 15_000, SURE_MS = 5_000, KNOWN_WITHIN_MS = 3_000;
const root = document.documentElement;
let site = /** @type {Crew.Site | null} */ (null);
let ahead_ms = 0, sure = 0, isAsking = false;
/** What stands on the page of somebody without a login until their link is proven; null on a whole page. */
const gate = root.dataset.gate ? document.querySelector("main") : null, gateTitle = document.title;
let answered = ""; // the question that was answered, until nothing is asked any more

const nowMs = () => Date.now() + ahead_ms;
/** @returns {NodeListOf<HTMLButtonElement>} */
const buttons = () => document.querySelectorAll("#words [data-word]");
/** @param {string} word */
const button = (word) => [...buttons()].find((each) => each.dataset.word === word) || buttons()[0];

/** @param {Crew.Body} body */
function showSite(body) {
  if (!body.site) return;
  site = body.site;
  ahead_ms = site.now_ms - Date.now();
  const { public: seen, said, phase, next } = site, certain = textsOf(seen, "certainty");
  const isAfter = ["overdue", "finished"].includes(phase);
  writeTexts(byId("site-public"), textsOf(seen, "word").map((word, k) => `${word} · ${certain[k]}`));
  writeTexts(byId("site-said"), said ? textsOf(said) : wordsOf("none"));
  showAgainst(site);
  showQuestion(site.question);
  const verdict = document.querySelector(".verdict span");
  if (verdict) [verdict.textContent] = textsOf(site, "phase");
  root.dataset.phase = phase;
  writeTexts(byId("not-yet-note"), wordsOf(isAfter ? "not_ended" : "not_begun"));
  for (const each of buttons()) each.classList.toggle("next", each.dataset.word === next);
}

/** What speaks against the crew's report: the buses, or that nothing can be read. @param {Crew.Site} now */
function showAgainst({ against, is_late }) {
  const line = byId("site-against");
  line.hidden = !against && !is_late;
  line.dataset.contradicted = against?.is_contradicted ? "1" : "0";
  if (against) writeTexts(line, textsOf(against));
  else if (is_late) writeTexts(line, wordsOf("stopped"));
}

/** What buses contradict of the crew's taps, with the taps that answer it, until one of them is tapped.
 * @param {Crew.Question | null} question */
function showQuestion(question) {
  const box = byId("site-question"), isAsked = question !== null && question.id !== answered;
  box.hidden = !isAsked;
  if (!question) answered = "";
  if (!question || !isAsked) return;
  writeTexts(byId("site-question-text"), textsOf(question));
  if (box.dataset.asked === question.id) return;
  box.dataset.asked = question.id;
  byId("site-answers").replaceChildren(...question.answers.map((each) => answerOf(question.id, each)));
}

/** @param {string} id of the question @param {Crew.Answer} each */
function answerOf(id, each) {
  const { tap } = each, answer = makeButton("answer", null, () => {
    if (sure) calm();
    answered = id;
    byId("site-question").hidden = true;
    taps.report(tap);
  });
  answer.dataset.tap = tap;
  writeTexts(answer, textsOf(each));
  return answer;
}

/** The look of the line above the buttons. @type {Record<Ui.TapState, string>} */
const LOOKS = {
  sending: "sending", waiting: "waiting", late: "waiting", taken: "taken", refused: "refused", away: "away",
  stale: "refused", dropped: "idle",
};

/** @param {Ui.TapState} state @param {Ui.TapNews} news */
function showTap(state, { word, why, tap, isOfLink }) {
  const shown = wordsOf(state, { word, why: why || textsOf(null) });
  const line = document.getElementById("tap-state");
  if (!line) return; // the link counts no more, and the work is gone from the page
  if (state === "taken") {
    wordsOf("undo_" + tap.word).forEach((hint, k) => { shown[k] += ` (${minuteText(nowMs())}). ${hint}`; });
  }
  line.dataset.state = LOOKS[state];
  writeTexts(line, shown);
  showQueued(state, tap.word);
  if (isOfLink) refuse(why);
  if (state === "taken" || state === "refused") look();
}

/** @param {Ui.TapState} state @param {string} word */
function showQueued(state, word) {
  const isQueued = state === "away" || state === "sending";
  byId("again").hidden = byId("drop").hidden = state !== "away";
  for (const each of buttons()) each.disabled = isQueued;
  // A button that was switched off while it was sent has lost the keyboard: give it back.
  if (!isQueued && document.activeElement === document.body) button(word).focus();
}

/** The link counts no more: what a login shows stays, to be read; what the link alone showed goes.
 * @param {Crew.Texts} [why] */
function refuse(why) {
  forget();
  root.removeAttribute("data-taps");
  if (!gate) byId("bar").hidden = byId("photos").hidden = true;
  else if (!gate.isConnected) {
    document.body.replaceChildren(gate);
    document.title = gateTitle;
    showWords();
  }
  sayLink(why || wordsOf("link_refused"));
}

/** @param {Crew.Texts} texts */
function sayLink(texts) {
  byId("link-refused").hidden = false;
  writeTexts(byId("link-refused"), texts);
}

async function look() {
  if (!crew.token || document.hidden) return;
  try { showSite(await fetchReport("")); } catch (error) {
    if (error instanceof RefusedError && error.isOfLink) refuse(error.texts);
  }
}

/** The end is reported by a second tap within five seconds. */
function endOnce() {
  if (sure) { calm(); taps.report("end"); return; }
  button("end").classList.add("sure");
  writeTexts(button("end"), wordsOf("once_more"));
  writeTexts(byId("tap-state"), wordsOf("once_more_said"));
  byId("tap-state").dataset.state = "waiting";
  sure = setTimeout(() => { calm(); idle(); }, SURE_MS);
}

function calm() {
  clearTimeout(sure);
  sure = 0;
  button("end").classList.remove("sure");
  writeTexts(button("end"), wordsOf("end"));
}

function idle() {
  byId("tap-state").dataset.state = "idle";
  writeTexts(byId("tap-state"), wordsOf("idle"));
}

/** @param {string} word */
function onTap(word) {
  if (word === "end") { endOnce(); return; }
  if (sure) calm();
  if (word !== "extend") { taps.report(word); return; }
  idle();
  askUntil();
}

/** Asks until when, from the work's end on: a page that does not know it yet looks first. Where the line does
 * not answer soon the times are from now on. */
async function askUntil() {
  if (isAsking) return;
  isAsking = true;
  if (!site) await Promise.race([look(), new Promise((done) => { setTimeout(done, KNOWN_WITHIN_MS); })]);
  isAsking = false;
  openUntil(site?.ends_ms || nowMs(), nowMs(), (until_ms) => {
    hideUntil();
    taps.report("extend", until_ms);
  });
}

/** Puts the work on the page by the link's token; false where the link does not count. */
async function openGate() {
  for (let failures = 1; ; failures += 1) {
    sayLink(wordsOf(failures > 1 ? "link_away" : "link_opening"));
    try {
      showPage(await fetchPage());
      return true;
    } catch (error) {
      if (error instanceof RefusedError) { refuse(error.texts); return false; }
      await new Promise((done) => { setTimeout(done, pauseAfter(failures)); });
    }
  }
}

/** @param {string} html of the work's page, of which the body is taken */
function showPage(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  Object.assign(root.dataset, page.documentElement.dataset);
  document.body.replaceChildren(...page.body.children);
}

async function start() {
  startWords();
  if (!crew.token) {
    if (crew.isFormer && document.getElementById("link-refused")) sayLink(wordsOf("link_former"));
    return;
  }
  if (gate) {
    if (!await openGate()) return;
    startWords();
  }
  root.dataset.taps = "1";
  byId("bar").hidden = false;
  const note = el("small");
  note.id = "not-yet-note";
  button("not_yet").append(note);
  idle();
  for (const each of buttons()) each.addEventListener("click", () => onTap(each.dataset.word || ""));
  byId("again").addEventListener("click", () => taps.again());
  byId("drop").addEventListener("click", () => taps.drop());
  // What is scrolled to the end must not lie under the buttons, however high they stand.
  const bar = byId("bar"), measure = () => root.style.setProperty("--bar", bar.offsetHeight + 24 + "px");
  new ResizeObserver(measure).observe(bar);
  taps.start(showTap, showSite);
  startPhotos();
  look();
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
}
start();
