// The words of the screens in the language chosen; texts and particles are as on the server.
import { CATALOGUE } from "./catalogue.js";
import { withParticle } from "./particles.js";

const NOW_MS = 3000, AHEAD_MS = 120000;
const FIRST = "ko";

/** Every language there is, Korean first. */
export const languages = () => Object.keys(CATALOGUE);
let language = FIRST;

/** @type {Record<string, (text: string) => string>} */
const FORMS = { lower: (text) => text.toLowerCase(), capital: (text) => text.slice(0, 1).toUpperCase() + text.slice(1) };

/** A text with its values: `{n}`, `{name:은/는}`, `{name:lower}`. @param {string} text @param {Record<string, unknown>} values */
function filled(text, values) {
  return text.replace(/\{(\w+)(?::([^}]+))?\}/g, (_, name, form) => {
    const value = String(values[name] ?? "");
    return form ? (FORMS[form] ?? ((word) => withParticle(word, form)))(value) : value;
  });
}

/** The words for a key in a language; the key itself when it has none. @param {string} lang @param {string} key @param {Record<string, unknown>} [values] */
export const wordIn = (lang, key, values = {}) => filled(CATALOGUE[lang]?.[key] ?? CATALOGUE[FIRST]?.[key] ?? key, values);
/** The words for a key in the language chosen. @param {string} key @param {Record<string, unknown>} [values] */
export const t = (key, values) => wordIn(language, key, values);
/** @param {string} key */
export const hasWord = (key) => key in (CATALOGUE[FIRST] ?? {});
/** What people call a feed. @param {string} feed */
export const feedName = (feed) => hasWord("feed." + feed) ? t("feed." + feed) : feed;
/** The word for a key that may have none in the language chosen. @param {string} key @param {string | null} otherwise */
export const wordOr = (key, otherwise) => CATALOGUE[language]?.[key] ?? otherwise ?? "";
/** The language after this one, and round. @param {string} lang */
export const nextLanguage = (lang) => languages()[(languages().indexOf(lang) + 1) % languages().length];
/** Makes a button offer the next language. @param {HTMLElement} button */
export function offerNext(button) {
  const next = nextLanguage(language);
  button.textContent = wordIn(next, "language.short");
  button.lang = next;
  button.setAttribute("aria-label", wordIn(next, "language.label"));
}

/** Turns every marked element of the page to a language. */
export function useLanguage(lang) {
  language = lang in CATALOGUE ? lang : FIRST;
  document.documentElement.lang = language;
  for (const el of document.querySelectorAll("[data-t]")) el.textContent = t(el.dataset.t);
  for (const el of document.querySelectorAll("[data-t-title]")) el.title = t(el.dataset.tTitle);
  for (const el of document.querySelectorAll("[data-t-label]")) el.setAttribute("aria-label", t(el.dataset.tLabel));
  for (const el of document.querySelectorAll("[data-t-placeholder]")) el.placeholder = t(el.dataset.tPlaceholder);
}

/** A span of milliseconds in the largest unit that keeps it readable: 12초, 3분, 2시간. */
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return t("age.s", { n: s });
  if (s < 3600) return t("age.m", { n: Math.floor(s / 60) });
  if (s < 86400) return t("age.h", { n: Math.floor(s / 3600) });
  return t("age.d", { n: Math.floor(s / 86400) });
}

/** How long ago: the first seconds are "just now", so that a live picture's sign stands still. */
/** How long ago, below 0 ahead: a time that is far ahead is never fresh. */
export const ago = (ms) => ms < -AHEAD_MS ? t("ahead", { age: span(-ms) }) : ms < NOW_MS ? t("ago.now") : t("ago", { age: span(ms) });

const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Seoul", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minute = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Seoul", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Seoul", year: "numeric", month: "2-digit", day: "2-digit" });
export const clockText = (ms) => clock.format(ms);
export const dayText = (ms) => day.format(ms);
/** "2026-11-23 09:00", Korean time. */
export const timeText = (ms) => day.format(ms) + " " + minute.format(ms);
/** "11-23" in this year, "2027-01-14" in another. */
export const shortDay = (ms) => {
  const text = day.format(ms);
  return text.slice(0, 4) === day.format(Date.now()).slice(0, 4) ? text.slice(5) : text;
};
/** An end is exclusive: a period that ends at midnight reads as the day before, 24:00. */
export const endText = (ms) => minute.format(ms) === "00:00" ? day.format(ms - 1) + " 24:00" : timeText(ms);
