// What the pages of the datasets share besides words: theme, language, session.
import { byId } from "../dom.js";
import { kept } from "../kept.js";
import { nameTheme, turnLanguage, turnTheme } from "../page-tools.js";
import { startSession } from "../session.js";
import { nextLanguage } from "../words.js";

const root = document.documentElement;

/** Starts the tools of a page; `draw` writes anew what is not marked with a key.
 * @param {() => void} draw */
export function startPage(draw) {
  /** @param {string} lang */
  const translate = (lang) => { turnLanguage(lang); nameTheme(); draw(); };
  byId("tool-lang").addEventListener("click", () => translate(nextLanguage(root.lang)));
  byId("tool-dark").addEventListener("click", () => { turnTheme(); draw(); });
  translate(kept("lang") || "ko");
  return startSession(document.querySelector(".tools"));
}
