// The signs of the desk: verdicts and certainty, each a symbol and a word besides its colour.
import { el } from "../dom.js";
import { palette } from "../palette.js";
import { signIcon } from "../signs.js";
import { t } from "../words.js";
import { localized } from "./ask.js";

const CERTAINTY_SYMBOLS = { confirmed: "✓", reported: "◆", inferred: "≈", lost: "!" };
const MINOR = ["shoulder", "sidewalk", "bicycle", "bus_stop"];

/** The look of a verdict: full, partial, minor, none, unknown; one that rests on nothing looks like no answer. */
export function lookOf(verdict) {
  if (!verdict) return "unknown";
  const { closure, certainty } = verdict;
  if (certainty === "lost" && closure === "none") return "unknown";
  if (MINOR.includes(closure)) return "minor";
  return ["full", "partial", "none"].includes(closure) ? closure : "unknown";
}

/** The sign of a look: the map's own mark, a tick where the road is open, a question mark where nobody knows. */
export function lookIcon(look) {
  const icon = el("span", "look-icon " + look);
  icon.setAttribute("aria-hidden", "true");
  if (["full", "partial", "minor"].includes(look)) icon.append(signIcon(look, "solid", colours()));
  else icon.textContent = look === "none" ? "✓" : "?";
  return icon;
}

export const colours = () => palette(document.documentElement.dataset.theme, document.documentElement.dataset.palette);

export function certaintyChip(certainty, isLong = false) {
  const chip = el("span", "certainty " + certainty), symbol = el("i", "", CERTAINTY_SYMBOLS[certainty] || "?");
  symbol.setAttribute("aria-hidden", "true");
  chip.dataset.certainty = certainty;
  chip.append(symbol, el("b", "", t("certainty." + certainty)));
  if (isLong) chip.append(el("small", "", t(`certainty.${certainty}.means`)));
  return chip;
}

/** The verdict of a row of the list: sign, word, certainty. */
export function verdictTag(verdict) {
  const tag = el("span", "tag");
  if (!verdict) return tag;
  const look = lookOf(verdict);
  tag.classList.add(look);
  tag.append(lookIcon(look), el("b", "", verdictWord(verdict)), certaintyChip(verdict.certainty));
  return tag;
}

export const verdictWord = (verdict) => localized(verdict, "word") || t("closure." + (verdict.closure || "unknown"));

/** Brings the children of a box in line with parts {key, mark, make}: one whose mark is the same stays the element it is. */
export function arrangeParts(box, parts) {
  const old = new Map([...box.children].map((child) => [child.dataset.part, child]));
  const focused = box.contains(document.activeElement) ? document.activeElement : null;
  const wanted = parts.filter(Boolean).map(({ key, mark: given, make }) => {
    const mark = document.documentElement.lang + document.documentElement.dataset.theme + JSON.stringify(given);
    const before = old.get(key);
    if (before && before.mark === mark) return before;
    const made = make();
    made.dataset.part = key;
    made.mark = mark;
    return made;
  });
  for (const child of [...box.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((element, k) => { if (box.children[k] !== element) box.insertBefore(element, box.children[k] || null); });
  if (focused && !focused.isConnected) refocus(box, focused);
}

/** The element of a part made anew that stands where the focused one stood, by its data-key. */
function refocus(box, focused) {
  const key = focused.dataset.key;
  const again = key && [...box.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key);
  if (again) again.focus({ preventScroll: true });
}

/** A section of the card with its heading. */
export function part(className, heading, ...children) {
  const section = el("section", className);
  if (heading) section.append(el("h3", "", heading));
  section.append(...children.filter(Boolean));
  return section;
}
