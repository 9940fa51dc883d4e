// The dialog of what the system tells: whether it may, which severities and kinds, and with what sound.
import { byId, el, makeButton, write } from "../../dom.js";
import { SEVERITIES } from "../../gravity.js";
import { t } from "../../words.js";
import { LOUD, RULES } from "./rules.js";

export class AwayDialog {
  dialog = byId("away-dialog", HTMLDialogElement);
  body = byId("away-body");
  button = byId("alerts-away");

  /** @param {import("./away.js").Away} away */
  constructor(away) {
    this.away = away;
    this.button.addEventListener("click", () => { this.show(); this.dialog.showModal(); });
  }

  /** The button's word, and the dialog while it is open or about to be. */
  show() {
    const { permission, rules } = this.away, mayTell = permission === "granted";
    const state = !rules.isOn ? "off" : mayTell ? "on" : "blocked";
    this.button.dataset.state = state;
    write(this.button, t("away." + state));
    this.button.title = t("away.why");
    const focused = this.body.querySelector(":focus")?.id;
    this.body.replaceChildren(this.status(state), ...this.form(!mayTell), el("p", "note", t("away.note")));
    if (focused) document.getElementById(focused)?.focus();
  }

  /** How things stand, and what can be done about it. @param {string} state */
  status(state) {
    const { away } = this, { permission } = away, box = el("div", "away-status");
    const key = permission === "granted" ? state : permission, said = el("p", "", t("away.status." + key));
    said.setAttribute("role", "status");
    box.dataset.state = key;
    box.append(said);
    if (permission === "default") box.append(named("away-ask", "away.ask", () => away.ask()));
    if (permission === "granted") box.append(named("away-test", "away.test", () => away.test()));
    return box;
  }

  /** @param {boolean} isOff while the browser does not let the page tell */
  form(isOff) {
    const { away } = this, { rules } = away;
    /** @param {string[]} list @param {string} name @param {boolean} isIn */
    const turned = (list, name, isIn) => isIn ? [...list, name] : list.filter((each) => each !== name);
    const parts = [
      check("away-on", t("away.switch"), rules.isOn, (isOn) => away.set({ isOn })),
      group("away.severities", SEVERITIES.map((name) => check(
        "away-" + name, t("alert." + name), rules.severities.includes(name),
        (isIn) => away.set({ severities: turned(rules.severities, name, isIn) }),
      ))),
      group("away.kinds", RULES.map((name) => check(
        "away-" + name, t("rule." + name), !rules.muted.includes(name),
        (isIn) => away.set({ muted: turned(rules.muted, name, !isIn) }),
      ))),
      group("away.sound", LOUD.map((name) => {
        const row = check("away-sound-" + name, t("away.sound." + name), rules.sound === name,
          () => away.set({ sound: name }));
        const radio = /** @type {HTMLInputElement} */ (row.firstChild);
        Object.assign(radio, { type: "radio", name: "away-sound" });
        return row;
      })),
    ];
    for (const part of parts) {
      for (const box of [part, ...part.querySelectorAll("input")].flatMap(inputOf)) box.disabled = isOff;
    }
    return parts;
  }
}

/** @param {Element} part */
const inputOf = (part) => part instanceof HTMLInputElement ? part : part.querySelector("input") || [];

/** @param {string} id @param {string} key @param {() => void} act */
function named(id, key, act) {
  const button = makeButton("button", t(key), act);
  button.id = id;
  return button;
}

/** @param {string} id @param {string} text @param {boolean} isOn @param {(isOn: boolean) => void} turn */
function check(id, text, isOn, turn) {
  const label = el("label", "away-check"), box = el("input");
  Object.assign(box, { type: "checkbox", id, checked: isOn });
  box.addEventListener("change", () => turn(box.checked));
  label.append(box, el("span", "", text));
  return label;
}

/** @param {string} key @param {HTMLElement[]} rows */
function group(key, rows) {
  const box = el("fieldset", "away-group");
  box.append(el("legend", "", t(key)), ...rows);
  return box;
}
