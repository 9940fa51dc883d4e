// The words of the screens in the language chosen; texts and particles are the server's.
import { CATALOGUE } from "./catalogue.js";
import { withParticle } from "./particles.js";

const NOW_MS = 3000, AHEAD_MS = 120_000;

/** Every language there is, Korean first. */
export const languages = () => Object.keys(CATALOGUE);
const first = () => languages()[0];
let language = "";

/** @typedef {Record<string, unknown>} Values */
/** @type {Record<string, (text: string) => string>} */
const FORMS = {
  lower: (text) => text.toLowerCase(),
  capital: (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
};

/** The words for a key in a language, the key itself without any. A text holds values as `{n}`, `{name:은/는}`,
 * `{n:bus/buses}` (1 bus, 3 buses), `{name:lower}`. @param {string} lang @param {string} key
 * @param {Values} [values] */
export function wordIn(lang, key, values = {}) {
  const text = CATALOGUE[lang]?.[key] ?? CATALOGUE[first()]?.[key] ?? key;
  return text.replace(/\{(\w+)(?::([^}]+))?\}/g, (_, name, form) => {
    const value = String(values[name] ?? "");
    if (!form) return value;
    return form in FORMS ? FORMS[form](value) : withPair(value, form);
  });
}

/** The value with the one of two that fits it: a particle, or a noun in its number.
 * @param {string} value @param {string} pair */
function withPair(value, pair) {
  if (!/^[\w ]+\/[\w ]+$/.test(pair)) return withParticle(value, pair);
  const [one, several] = pair.split("/");
  return `${value} ${value === "1" ? one : several}`;
}

/** The words for a key in the language chosen. @param {string} key @param {Values} [values] */
export const t = (key, values) => wordIn(language, key, values);
/** @param {string} key */
export const hasWord = (key) => key in (CATALOGUE[first()] ?? {});
/** The word for a key that may have none. @param {string} key @param {string | null} otherwise */
export const wordOr = (key, otherwise) => CATALOGUE[language]?.[key] ?? otherwise ?? "";
/** The key of a kind whose word in the first language is this: what files of Korean offices name by word.
 * @param {string} kind @param {string} word */
export const keyOf = (kind, word) =>
  Object.keys(CATALOGUE[first()] ?? {}).find((k) => k.startsWith(kind) && CATALOGUE[first()][k] === word);
/** What people call a feed. @param {string} feed */
export const feedName = (feed) => hasWord("feed." + feed) ? t("feed." + feed) : feed;

/** Turns every marked element of the page to a language. @param {string} lang */
export function useLanguage(lang) {
  language = lang in CATALOGUE ? lang : first();
  document.documentElement.lang = language;
  mark("t", (element, text) => { element.textContent = text; });
  const attributes = { tTitle: "title", tLabel: "aria-label", tPlaceholder: "placeholder" };
  for (const [name, attribute] of Object.entries(attributes)) {
    mark(name, (element, text) => element.setAttribute(attribute, text));
  }
}

/** @param {string} name of the data attribute that holds a key
 * @param {(element: HTMLElement, text: string) => void} act */
function mark(name, act) {
  const selector = `[data-${name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase())}]`;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))) {
    act(element, t(element.dataset[name] || ""));
  }
}

/** The texts of a thing, one a language: what it has under each language's name, or behind `name` and `_`.
 * @param {object | null | undefined} thing @param {string} [name] */
export const textsOf = (thing, name = "") =>
  languages().map((lang) => String(Reflect.get(thing || {}, name ? `${name}_${lang}` : lang) ?? ""));

/** Of texts, one a language, that of the language chosen, else the last there is. @param {string[]} texts */
export const chosenOf = (texts) =>
  texts[languages().indexOf(language)] || [...texts].reverse().find(Boolean) || "";

/** The text of a thing in the language chosen.
 * @param {object | null | undefined} thing @param {string} [name] */
export const localized = (thing, name) => chosenOf(textsOf(thing, name));

/** A span of milliseconds in the largest unit that keeps it readable: 12초, 3분, 2시간. @param {number} ms */
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return t("age.s", { n: s });
  if (s < 3600) return t("age.m", { n: Math.floor(s / 60) });
  return s < 86_400 ? t("age.h", { n: Math.floor(s / 3600) }) : t("age.d", { n: Math.floor(s / 86_400) });
}

/** How long ago: the first seconds are "just now", so that a live picture's sign stands still. Below 0 it is
 * ahead: a time that is far ahead is never fresh. @param {number} ms */
export function ago(ms) {
  if (ms < -AHEAD_MS) return t("ahead", { age: span(-ms) });
  return ms < NOW_MS ? t("ago.now") : t("ago", { age: span(ms) });
}

/** The language after this one, and round. @param {string} lang */
export const nextLanguage = (lang) => languages()[(languages().indexOf(lang) + 1) % languages().length];

/** The button that turns the page to a language. @param {HTMLElement} button @param {string} next */
export function showLanguage(button, next) {
  button.lang = next;
  button.textContent = wordIn(next, "language.short");
  button.setAttribute("aria-label", wordIn(next, "language.label"));
}
