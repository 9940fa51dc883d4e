// The words of the crew's page as pairs: Korean, English. Both are always shown, the chosen one large.
import { byId, el, write } from "../dom.js";
import { keep, kept } from "../kept.js";
import { dayText, minuteText } from "../times.js";
import { hasWord, nextLanguage, showLanguage, useLanguage, wordIn } from "../words.js";

/** @typedef {Record<string, string | number | Crew.Pair>} Values */

const PAIR = ["ko", "en"];

/** @param {string} word */
export const isWord = (word) => hasWord("crew." + word);

/** A pair of words with its values; a value may be a pair itself. @param {string} key
 * @param {Values} [values] @returns {Crew.Pair} */
export function pairOf(key, values = {}) {
  /** @param {string} lang @param {number} k */
  const word = (lang, k) => wordIn(lang, "crew." + key, Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value[k] : value])));
  return [word("ko", 0), word("en", 1)];
}

/** Writes a pair into an element as text; what stands there already is left alone. @param {Element} element
 * @param {Crew.Pair} pair */
export function writePair(element, pair) {
  if (!element.querySelector(":scope > .ko")) {
    const [ko, en] = ["ko", "en"].map((lang) => Object.assign(el("span", lang), { lang }));
    element.replaceChildren(ko, " ", en);
  }
  ["ko", "en"].forEach((lang, k) => {
    for (const span of element.querySelectorAll(":scope > ." + lang)) write(span, pair[k]);
  });
}

/** The server's message "한국어 / English" as a pair. @param {string} message @returns {Crew.Pair} */
export function parted(message) {
  const at = message.indexOf(" / ");
  return at < 0 ? [message, message] : [message.slice(0, at), message.slice(at + 3)];
}

/** A time in Korea as a pair: 18:00, 내일 06:00, 12월 3일 18:00. @param {number} ms @param {number} now_ms */
export function timeOf(ms, now_ms) {
  const day = dayText(ms), time = minuteText(ms), [, month, date] = day.split("-").map(Number);
  const isTomorrow = day === dayText(now_ms + 86_400_000);
  const key = day === dayText(now_ms) ? "today" : isTomorrow ? "tomorrow" : "on_day";
  return pairOf(key, { time, month, date });
}

/** @param {string} lang */
function turn(lang) {
  useLanguage(lang);
  keep("lang", document.documentElement.lang);
  showLanguage(byId("tongue"), nextLanguage(document.documentElement.lang, PAIR));
}

export function startWords() {
  const button = byId("tongue");
  button.hidden = false;
  button.addEventListener("click", () => turn(nextLanguage(document.documentElement.lang, PAIR)));
  turn(kept("lang") === "en" ? "en" : "ko");
}
