// The keyboard of the desk. F2 and F8 are keys that Chromium, Edge and Firefox leave to the page.
import { el } from "../dom.js";
import { t } from "../words.js";
import { certaintyChip } from "./parts.js";

const SHOWN = [["↑ ↓", "arrows"], ["Enter", "Enter"], ["Esc", "desk.Esc"], ["/", "desk./"], ["F2", "F2"], ["F8", "F8"], ["Shift F8", "Shift+F8"], ["Alt T", "Alt+T"], ["Alt C", "Alt+C"], ["Alt S", "Alt+S"], ["d", "desk.d"], ["l", "desk.l"], ["?", "desk.?"]];
const WORDS = ["confirmed", "reported", "inferred", "lost"];

/** `acts`: name of a key, such as "F2", "Alt+T" or "Escape", to what it does. Letters rest while text is written. */
export function listenAtDesk(acts) {
  addEventListener("keydown", (e) => {
    if (e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    const name = nameOf(e);
    const isPlain = name.length === 1;
    if (isPlain && isWriting(e.target)) return;
    const act = acts[name];
    if (!act) return;
    e.preventDefault();
    act(e);
  });
}

/** With the Korean keyboard on, the T key writes ㅅ: letters go by the key's place. */
function nameOf(e) {
  const letter = /^Key[A-Z]$/.test(e.code) && e.key.length === 1 ? e.code[3] : "";
  if (e.altKey) return "Alt+" + (letter || e.key);
  if (e.shiftKey && /^F\d+$/.test(e.key)) return "Shift+" + e.key;
  return letter ? letter.toLowerCase() : e.key;
}

function isWriting(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
}

/** Fills the help dialog: the keys, and what the four words of certainty mean. */
export function fillDeskHelp() {
  const body = document.getElementById("help-body"), keys = el("dl", "keys"), words = el("dl", "keys");
  for (const [shown, key] of SHOWN) keys.append(row(el("kbd", "", shown), t("help.key." + key)));
  for (const word of WORDS) words.append(row(certaintyChip(word), t(`certainty.${word}.means`)));
  body.replaceChildren(el("h3", "", t("help.desk.keys")), keys, el("h3", "", t("help.desk.certainty")), words, el("p", "note", t("help.desk.note")));
}

function row(name, text) {
  const div = el("div"), dt = el("dt");
  dt.append(name);
  div.append(dt, el("dd", "", text));
  return div;
}
