// The tools of every page but the map, which keeps theme and language in its state.
import { byId } from "./dom.js";
import { keep } from "./kept.js";
import { nextLanguage, showLanguage, t, useLanguage } from "./words.js";

const root = document.documentElement;

/** Turns the page to the other theme. */
export function turnTheme() {
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  keep("theme", root.dataset.theme);
  nameTheme();
}

/** Calls the button by the theme it leads to, in each language. */
export function nameTheme() {
  const button = byId("tool-dark");
  button.dataset.t = root.dataset.theme === "dark" ? "tool.light" : "tool.dark";
  button.textContent = t(button.dataset.t);
}

/** Turns what has a key to a language; the rest is the page's own. @param {string} lang */
export function turnLanguage(lang) {
  useLanguage(lang);
  keep("lang", root.lang);
  showLanguage(byId("tool-lang"), nextLanguage(root.lang));
}
