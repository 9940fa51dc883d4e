// What an operator does with situations: the dialog that asks what is needed, and the way to the log.
import { byId, el, showText, write } from "../../dom.js";
import { keep } from "../../kept.js";
import { account, actor, tell } from "../../session.js";
import { localized, t } from "../../words.js";
import { alertMark } from "../kinds/alert.js";

/** @typedef {"acknowledge" | "snooze" | "assign" | "note" | "undo"} Act */
/** @typedef {{by?: string, note?: string, to?: string, until_ms?: number}} Said */

const MINUTE_MS = 60_000, MOST_NAMED = 3;
export const SNOOZES_MIN = [15, 30, 60, 120, 480];
const FIELDS = /** @type {Record<Act, string[]>} */ ({
  acknowledge: ["note"], snooze: ["until"], assign: ["to"], note: ["note"], undo: [],
});

export class ActDialog {
  dialog = byId("act-dialog", HTMLDialogElement);
  by = byId("act-by", HTMLInputElement);
  note = byId("act-note", HTMLInputElement);
  until = byId("act-until", HTMLSelectElement);
  to = byId("act-to", HTMLInputElement);
  button = byId("act-send", HTMLButtonElement);
  trouble = byId("act-said");
  act = /** @type {Act} */ ("acknowledge");
  rows = /** @type {Api.Situation[]} */ ([]);

  /** @param {Ui.Clock} clock @param {(act: Act, ids: string[]) => void} onSent what the log took */
  constructor(clock, onSent) {
    this.clock = clock;
    this.onSent = onSent;
    byId("act-form").addEventListener("submit", (e) => { e.preventDefault(); this.send(); });
    byId("act-cancel").addEventListener("click", () => this.dialog.close());
  }

  /** @param {Act} act @param {Api.Situation[]} rows @param {string} trouble */
  open(act, rows, trouble = "") {
    if (!rows.length) return;
    Object.assign(this, { act, rows });
    write(byId("act-title"), t("act." + act));
    byId("act-what").replaceChildren(...named(rows));
    for (const name of ["note", "until", "to"]) byId(`act-${name}-part`).hidden = !FIELDS[act].includes(name);
    byId("act-by-part").hidden = account() !== "";
    this.by.value = actor();
    this.note.value = "";
    this.note.required = act === "note";
    this.to.value = rows[0].assigned || actor();
    this.until.replaceChildren(...SNOOZES_MIN.map((min) => new Option(snoozeText(min), String(min))));
    write(this.button, t("act." + act));
    showText(this.trouble, trouble);
    this.dialog.showModal();
    this.first().focus();
    if (act === "assign") this.to.select(); // another name is typed over it
  }

  /** The field to write in first. */
  first() {
    if (!this.by.value) return this.by;
    const [name] = FIELDS[this.act];
    return name ? byId("act-" + name) : this.button;
  }

  /** Acts at once under the name kept here; asks where there is none, and where the server refuses.
   * @param {Act} act @param {Api.Situation[]} rows */
  async hurry(act, rows) {
    if (!rows.length) return;
    const trouble = actor() ? await this.post(act, rows, {}) : "";
    if (!actor() || trouble) this.open(act, rows, trouble);
  }

  async send() {
    const { act, rows } = this, by = this.by.value.trim();
    if (!by || this.button.disabled) return;
    if (!account()) keep("name", by);
    this.button.disabled = true;
    const trouble = await this.post(act, rows, this.said());
    this.button.disabled = false;
    showText(this.trouble, trouble);
    if (!trouble) this.dialog.close();
  }

  /** What the shown fields say. @returns {Said} */
  said() {
    const fields = FIELDS[this.act], note = this.note.value.trim();
    return {
      ...(fields.includes("note") && note && { note }),
      ...(fields.includes("to") && { to: this.to.value.trim() }),
      ...(fields.includes("until") && {
        until_ms: Math.round(this.clock.now() + Number(this.until.value) * MINUTE_MS),
      }),
    };
  }

  /** Sends an act; answers what went wrong, "" when nothing did. @param {Act} act
   * @param {Api.Situation[]} rows @param {Said} said */
  async post(act, rows, said) {
    const body = { act, situations: rows.map(({ id }) => id), ...(!account() && { by: actor() }), ...said };
    try {
      const { situations } = await tell("POST", "situations/acts", body);
      this.onSent(act, situations);
      return "";
    } catch (error) {
      if (!(error instanceof Error) || error instanceof TypeError) return t("ack.failed");
      return Reflect.get(error, "status") === 404 ? t("ack.gone") : error.message || t("ack.failed");
    }
  }
}

/** @param {number} minutes */
const snoozeText = (minutes) => minutes < 60
  ? t("age.m", { n: minutes }) : t("age.h", { n: minutes / 60 });

/** What an act is about: one in full, of several the first and how many. @param {Api.Situation[]} rows */
function named(rows) {
  const lines = rows.slice(0, MOST_NAMED).flatMap((row) => [
    alertMark(row.alert ? row.severity : "notice"), el("b", "", localized(row, "title")),
  ]);
  if (rows.length > MOST_NAMED) lines.push(el("span", "", t("act.more", { n: rows.length - MOST_NAMED })));
  return lines;
}
