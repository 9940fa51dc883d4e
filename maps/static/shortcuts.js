// Shortcuts of one letter, digit or sign can be switched off: a machine that is spoken to may type them.
import { el } from "./dom.js";
import { keep, kept } from "./kept.js";
import { t } from "./words.js";

const { dataset } = document.documentElement;
const read = () => { dataset.letters = kept("letters") === "off" ? "off" : "on"; };
read();
addEventListener("storage", read); // another tab switched them

/** Whether a shortcut is switched off; Space is no letter. @param {string} key as a page names it, such as
 * "d", "?" or "F2" */
export const isOff = (key) => key.length === 1 && key !== " " && dataset.letters === "off";

/** The switch, for the help of a page. */
export function lettersSwitch() {
  const label = el("label", "letters"), box = el("input");
  box.type = "checkbox";
  box.id = "letters";
  box.checked = dataset.letters === "on";
  box.addEventListener("change", () => {
    dataset.letters = box.checked ? "on" : "off";
    keep("letters", dataset.letters);
  });
  label.append(box, el("span", "", t("help.letters")));
  return label;
}
