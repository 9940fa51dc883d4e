// The words of the crew's page: a text in every language, all of them shown, the chosen one first and large.
import { byId, el, write } from "../dom.js";
import { keep, kept } from "../kept.js";
import { dayText, minuteText } from "../times.js";
import { hasWord, languages, nextLanguage, showLanguage, useLanguage, wordIn } from "../words.js";

/** @typedef {Record<string, string | number | Crew.Texts>} Values */

/** @param {string} word */
export const isWord = (word) => hasWord("crew." + word);

/** The texts of a key with its values; a value may be texts itself. @param {string} key
 * @param {Values} [values] @returns {Crew.Texts} */
export function wordsOf(key, values = {}) {
  const given = Object.entries(values);
  return languages().map((lang, k) => wordIn(lang, "crew." + key, Object.fromEntries(
    given.map(([name, value]) => [name, Array.isArray(value) ? value[k] : value]))));
}

/** Writes texts into an element, one a language; what stands there already is left alone.
 * @param {Element} element @param {Crew.Texts} texts */
export function writeTexts(element, texts) {
  if (!element.querySelector(":scope > .spoken")) {
    const spans = languages().map((lang) => Object.assign(el("span", "spoken"), { lang }));
    element.replaceChildren(...spans.flatMap((span) => [span, " "]));
    mark(element);
  }
  for (const span of element.querySelectorAll(":scope > .spoken")) {
    write(span, texts[languages().indexOf(span.getAttribute("lang") || "")]);
  }
}

/** The server's message as texts: it has them one behind another. @param {string} message
 * @returns {Crew.Texts} */
export function parted(message) {
  const parts = message.split(" / "), last = languages().length - 1;
  if (parts.length <= last) return languages().map(() => message);
  return [...parts.slice(0, last), parts.slice(last).join(" / ")];
}

/** A time in Korea as texts: 18:00, 내일 06:00, 12월 3일 18:00. @param {number} ms @param {number} now_ms */
export function timeOf(ms, now_ms) {
  const day = dayText(ms), time = minuteText(ms), [, month, date] = day.split("-").map(Number);
  const isTomorrow = day === dayText(now_ms + 86_400_000);
  const key = day === dayText(now_ms) ? "today" : isTomorrow ? "tomorrow" : "on_day";
  return wordsOf(key, { time, month, date });
}

/** Marks the texts of the language chosen. @param {Element} root */
function mark(root) {
  for (const span of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".spoken"))) {
    span.classList.toggle("chosen", span.lang === document.documentElement.lang);
  }
}

/** @param {string} lang */
function turn(lang) {
  useLanguage(lang);
  mark(document.body);
  keep("lang", document.documentElement.lang);
  showLanguage(byId("tongue"), nextLanguage(document.documentElement.lang));
}

/** The texts that came onto the page since, in the language chosen. */
export const showWords = () => turn(document.documentElement.lang);

export function startWords() {
  const button = byId("tongue");
  button.hidden = false;
  button.addEventListener("click", () => turn(nextLanguage(document.documentElement.lang)));
  turn(kept("lang") || "");
}
