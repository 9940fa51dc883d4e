// The keyboard of the desk. F2 and F8 are keys that Chromium, Edge and Firefox leave to the page.
import { byId, el, isForAnother, isWriting, letterOf, termRow } from "../dom.js";
import { isOff, lettersSwitch } from "../shortcuts.js";
import { t } from "../words.js";
import { certaintyChip } from "./parts.js";

const SHOWN = [
  ["↑ ↓", "arrows"], ["Enter", "Enter"], ["Esc", "desk.Esc"], ["/", "desk./"], ["F2", "F2"], ["F8", "F8"],
  ["Shift F8", "Shift+F8"], ["Alt T", "Alt+T"], ["Alt C", "Alt+C"], ["Alt N", "Alt+N"],
  ["Alt S", "Alt+S"], ["d", "desk.d"],
  ["l", "desk.l"], ["?", "desk.?"],
];
/** @type {Api.Certainty[]} */
const CERTAINTIES = ["confirmed", "reported", "inferred", "stale", "lost"];

/** Letters rest while text is written. @param {Record<string, () => void>} acts by key, such as "F2", "Alt+T"
 * or "Escape" */
export function listenAtDesk(acts) {
  addEventListener("keydown", (e) => {
    const name = nameOf(e), act = acts[name];
    if (!act || isOff(name) || isForAnother(e) || (name.length === 1 && isWriting(e.target))) return;
    e.preventDefault();
    act();
  });
}

/** @param {KeyboardEvent} e */
function nameOf(e) {
  const letter = letterOf(e);
  if (e.altKey) return "Alt+" + (letter.toUpperCase() || e.key);
  return e.shiftKey && /^F\d+$/.test(e.key) ? "Shift+" + e.key : letter || e.key;
}

/** Fills the help dialog: the keys, and what the words of certainty mean. */
export function fillDeskHelp() {
  const keys = el("dl", "keys"), words = el("dl", "keys");
  for (const [shown, key] of SHOWN) keys.append(termRow(el("kbd", "", shown), t("help.key." + key)));
  for (const each of CERTAINTIES) words.append(termRow(certaintyChip(each), t(`certainty.${each}.means`)));
  byId("help-body").replaceChildren(
    el("h3", "", t("help.desk.keys")), lettersSwitch(), keys, el("h3", "", t("help.desk.certainty")), words,
    el("p", "note", t("help.desk.note")),
  );
}
