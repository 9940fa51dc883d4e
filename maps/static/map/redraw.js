// Draws a box anew under whoever is at work in it: a press, the focus, a selection, what is unfolded stay.
import { arrange } from "../dom.js";

const ACTS = "button, a, input, select, textarea, summary";
const STOPS = ACTS + ", [tabindex]";

/** Puts parts into a box. A part that says the same as one that stands leaves that one where it is, unless
 * somebody acts on it or it `isAlive`: its acts are those of now. What of the rest was unfolded is so again,
 * and the focus goes to what stands where it was, else to the box.
 * @param {HTMLElement} box @param {Element[]} parts @param {(part: Element) => boolean} isAlive */
export function redraw(box, parts, isAlive) {
  const { activeElement } = document, focused = box.contains(activeElement) ? activeElement : null;
  const place = focused && placeOf(box, focused), standing = [...box.children];
  unfoldAs(standing, parts);
  arrange(box, parts.map((part) => {
    const isFixed = !part.matches(ACTS) && !part.querySelector(ACTS) && !isAlive(part);
    const before = isFixed && standing.findIndex((each) => each.isEqualNode(part));
    return before === false || before < 0 ? part : standing.splice(before, 1)[0];
  }));
  if (focused && document.activeElement !== focused) refocus(box, focused, place);
}

/** @param {Element[]} standing @param {Element[]} parts */
function unfoldAs(standing, parts) {
  const open = new Set(detailsOf(standing).flatMap(([name, each]) => each.open ? name : []));
  for (const [name, each] of detailsOf(parts)) each.open ||= open.has(name);
}

/** Each that unfolds, with its class and how many of that class stand before it.
 * @param {Element[]} parts @returns {[string, HTMLDetailsElement][]} */
function detailsOf(parts) {
  const counts = /** @type {Record<string, number>} */ ({});
  return parts.flatMap((part) => [part, ...part.querySelectorAll("details")]).flatMap((each) => {
    if (!(each instanceof HTMLDetailsElement)) return [];
    const n = counts[each.className] = (counts[each.className] ?? -1) + 1;
    return [[`${each.className} ${n}`, each]];
  });
}

/** What a stop of the keyboard is called, and which it is of those that are called so.
 * @param {Element} box @param {Element} focused @returns {[string, number]} */
function placeOf(box, focused) {
  const name = nameOf(focused);
  return [name, stopsOf(box).filter((each) => nameOf(each) === name).indexOf(/** @type {any} */ (focused))];
}

/** @param {Element} box @returns {HTMLElement[]} */
const stopsOf = (box) => [.../** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll(STOPS))];

/** @param {Element} element */
const nameOf = (element) => `${element.tagName} ${element.getAttribute("aria-label") || element.textContent}`;

/** @param {HTMLElement} box @param {Element} focused @param {[string, number] | null} place */
function refocus(box, focused, place) {
  const [name, n] = place || ["", 0], same = stopsOf(box).filter((each) => nameOf(each) === name)[n];
  const kept = focused instanceof HTMLElement && box.contains(focused) ? focused : same;
  (kept || box).focus({ preventScroll: true });
}
