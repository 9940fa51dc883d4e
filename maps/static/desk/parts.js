// The signs of the desk: verdicts and certainty, each a symbol and a word besides its colour.
import { arrange, el } from "../dom.js";
import { colours } from "../palette.js";
import { signIcon } from "../signs.js";
import { localized, t } from "../words.js";

/**
 * What a verdict is read off: any row with a closure.
 * @typedef {{closure?: Api.Closure, certainty?: Api.Certainty}} Judged
 */

/** @type {Record<Api.Certainty, string>} */
const CERTAINTY_SYMBOLS = { confirmed: "✓", reported: "◆", inferred: "≈", stale: "◷", lost: "!" };
/** @type {Record<Api.Closure, Ui.Look>} */
const LOOKS = {
  full: "full", partial: "partial", shoulder: "minor", sidewalk: "minor", bicycle: "minor", bus_stop: "minor",
  none: "none", unknown: "unknown",
};
const marks = /** @type {WeakMap<Element, string>} */ (new WeakMap());

/** One that rests on nothing looks like no answer. @param {Judged | undefined} verdict @returns {Ui.Look} */
export function lookOf(verdict) {
  if (verdict?.certainty === "lost" && verdict.closure === "none") return "unknown";
  return LOOKS[verdict?.closure || "unknown"] || "unknown";
}

/** The map's own mark, a tick where the road is open, a question mark where nobody knows.
 * @param {Ui.Look} look */
export function lookIcon(look) {
  const icon = el("span", "look-icon " + look);
  icon.setAttribute("aria-hidden", "true");
  if (look === "none" || look === "unknown") icon.textContent = look === "none" ? "✓" : "?";
  else icon.append(signIcon(look, "solid", colours()));
  return icon;
}

/** @param {Api.Certainty} certainty */
export function certaintyChip(certainty, isLong = false) {
  const chip = el("span", "certainty " + certainty);
  const symbol = el("i", "", CERTAINTY_SYMBOLS[certainty] || "?");
  symbol.setAttribute("aria-hidden", "true");
  chip.dataset.certainty = certainty;
  chip.append(symbol, el("b", "", t("certainty." + certainty)));
  if (isLong) chip.append(el("small", "", t(`certainty.${certainty}.means`)));
  return chip;
}

/** The verdict of a row of the list: sign, word, certainty. @param {Desk.Verdict | undefined} verdict */
export function verdictTag(verdict) {
  const tag = el("span", "tag");
  if (!verdict) return tag;
  const look = lookOf(verdict);
  tag.classList.add(look);
  tag.append(lookIcon(look), el("b", "", verdictWord(verdict)), certaintyChip(verdict.certainty));
  return tag;
}

/** @param {Desk.Verdict} verdict */
export const verdictWord = (verdict) =>
  localized(verdict, "word") || t("closure." + (verdict.closure || "unknown"));

/** Brings the children of a box in line with parts: one whose mark is the same stays the element it is.
 * @param {Element} box @param {(Ui.Part | null)[]} parts */
export function arrangeParts(box, parts) {
  /** @type {NodeListOf<HTMLElement>} */
  const children = box.querySelectorAll(":scope > [data-part]");
  const old = new Map([...children].map((child) => [child.dataset.part, child]));
  const focused = box.contains(document.activeElement) ? document.activeElement : null;
  const { lang, dataset: { theme } } = document.documentElement;
  arrange(box, parts.flatMap((row) => {
    if (!row) return [];
    const mark = JSON.stringify([lang, theme, row.mark]), before = old.get(row.key);
    if (before && marks.get(before) === mark) return [before];
    const made = row.make();
    made.dataset.part = row.key;
    marks.set(made, mark);
    return [made];
  }));
  if (focused instanceof HTMLElement && !focused.isConnected) refocus(box, focused);
}

/** The element of a part made anew that stands where the focused one stood, by its data-key.
 * @param {Element} box @param {HTMLElement} focused */
function refocus(box, { dataset: { key } }) {
  /** @type {NodeListOf<HTMLElement>} */
  const keyed = box.querySelectorAll("[data-key]");
  if (key) [...keyed].find((element) => element.dataset.key === key)?.focus({ preventScroll: true });
}

/** A section of the card with its heading. @param {string} className @param {string} heading
 * @param {(Node | null)[]} children */
export function part(className, heading, ...children) {
  const section = el("section", className);
  if (heading) section.append(el("h3", "", heading));
  section.append(...children.flatMap((child) => child || []));
  return section;
}
