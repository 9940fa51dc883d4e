// The words of the crew's page as pairs: Korean, English. Both are always shown, the chosen one large.
import { keep, kept } from "../kept.js";
import { nextLanguage, offerNext, useLanguage, wordIn } from "../words.js";

const PAIR = ["ko", "en"];
const root = document.documentElement;

/** A pair of words with its values; a value may be a pair itself. */
export const pair = (key, values = {}) => PAIR.map((lang, place) => wordIn(lang, "crew." + key, Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value[place] : value]))));

/** Writes a pair into an element as text; what stands there already is left alone. */
export function writePair(element, both) {
  if (!element.querySelector(":scope > .ko")) {
    const spans = PAIR.map((lang) => Object.assign(document.createElement("span"), { className: lang, lang }));
    element.replaceChildren(spans[0], " ", spans[1]);
  }
  for (const [place, name] of PAIR.entries()) {
    const span = element.querySelector(":scope > ." + name);
    if (span.textContent !== both[place]) span.textContent = both[place];
  }
}

/** The server's message "한국어 / English" as a pair. */
export const parted = (message) => {
  const at = message.indexOf(" / ");
  return at < 0 ? [message, message] : [message.slice(0, at), message.slice(at + 3)];
};

/** Turns the page to a language and the button to the next one. */
function turn(lang) {
  useLanguage(lang);
  keep("lang", root.lang);
  offerNext(document.getElementById("tongue"));
}
export function startWords() {
  const button = document.getElementById("tongue");
  button.hidden = false;
  button.addEventListener("click", () => turn(nextLanguage(root.lang)));
  turn(kept("lang") || PAIR[0]);
}

const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Seoul", hour: "2-digit", minute: "2-digit" });
const parts = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Seoul", year: "numeric", month: "2-digit", day: "2-digit" });
/** The day in Korea, "2026-11-23". */
export const dayOf = (ms) => parts.format(ms);
export const clockOf = (ms) => clock.format(ms);
/** A time in Korea as a pair: 18:00, 내일 06:00, 12월 3일 18:00. */
export function timeOf(ms, now_ms) {
  const day = dayOf(ms), time = clock.format(ms);
  if (day === dayOf(now_ms)) return [time, time];
  if (day === dayOf(now_ms + 86_400_000)) return pair("tomorrow", { time });
  const [, month, date] = day.split("-").map(Number);
  return pair("day", { month, date, time });
}
