// The fields of the panel, filled from the text; one that a person changes is theirs.
import { el } from "../../dom.js";
import { stampText, timeOf } from "../../times.js";
import { t } from "../../words.js";

/** @typedef {import("./draft.js").Given} Given */

const CAUSES = ["accident", "gathering", "work", "weather", "disaster", "control", "other"];
const CLOSURES = ["full", "partial", "shoulder", "sidewalk", "bicycle", "bus_stop"];
/** @typedef {HTMLInputElement | HTMLSelectElement} Field */

export class Fields {
  element = el("div", "closing-fields");
  /** @type {Record<string, Field>} */
  inputs = {};

  /** @param {(name: string, value: unknown) => void} changed */
  constructor(changed) {
    this.add("cause", select(CAUSES, "incident."));
    this.add("closure", select(CLOSURES, "closure."));
    this.add("lanes", text(40));
    this.add("direction", text(40));
    this.add("starts_ms", time());
    this.add("ends_ms", time());
    this.add("reason", text(200));
    this.add("is_both", box());
    for (const [name, input] of Object.entries(this.inputs)) {
      input.addEventListener("change", () => changed(name, valueOf(name, input)));
    }
  }

  /** @param {string} name @param {Field} input */
  add(name, input) {
    const label = el("label", "closing-field " + name), note = el("span", "trouble");
    input.id = "closing-" + name;
    note.id = `closing-${name}-said`;
    label.append(el("span", "", t("closing.field." + name)), input, note);
    this.inputs[name] = input;
    this.element.append(label);
  }

  /** Fills what the person has not changed. @param {Record<string, any>} terms @param {Given} given */
  fill(terms, given) {
    for (const [name, input] of Object.entries(this.inputs)) {
      if (name in given || document.activeElement === input) continue;
      put(input, name.endsWith("_ms") && terms[name] ? stampText(terms[name]).slice(0, 16) : terms[name]);
    }
  }

  /** What is wrong, at its field; answers what has no field here. @param {Api.Trouble[]} troubles */
  mark(troubles) {
    for (const [name, input] of Object.entries(this.inputs)) {
      const trouble = troubles.find(({ field }) => field === name);
      const note = input.parentElement?.querySelector(".trouble");
      if (note) note.textContent = trouble ? t("closing." + trouble.code) : "";
      input.toggleAttribute("aria-invalid", Boolean(trouble));
      if (note) input.setAttribute("aria-describedby", note.id);
    }
  }
}

/** @param {string[]} values @param {string} words */
function select(values, words) {
  const input = el("select");
  input.append(...values.map((value) => new Option(t(words + value), value)));
  return input;
}

/** @param {number} most */
function text(most) {
  const input = el("input");
  input.maxLength = most;
  input.autocomplete = "off";
  return input;
}

function time() {
  const input = el("input");
  input.type = "datetime-local";
  input.step = "60";
  return input;
}

function box() {
  const input = el("input");
  input.type = "checkbox";
  return input;
}

/** @param {Field} input @param {unknown} value */
function put(input, value) {
  if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = Boolean(value);
  else input.value = String(value ?? "");
}

/** @param {string} name @param {Field} input */
function valueOf(name, input) {
  if (input instanceof HTMLInputElement && input.type === "checkbox") return input.checked;
  return name.endsWith("_ms") ? timeOf(input.value) : input.value;
}
