// The panel of a closure by hand: one line of text, what it means, its fields; Enter sends it.
import { byId, el, isComposing, makeButton, write } from "../../dom.js";
import { keep } from "../../kept.js";
import { account, actor, tell } from "../../session.js";
import { localized, t } from "../../words.js";
import { Draft } from "./draft.js";
import { Fields } from "./fields.js";
import { termsText } from "./terms.js";

const WAIT_MS = 150;

/** @typedef {{send: (act: import("./sender.js").Act) => void, now: () => number,
 *   show: (links: number[]) => void, pick?: (isPicking: boolean) => void, closed?: () => void}} Acts */

export class ClosingPanel {
  element = el("section", "closing");
  text = el("input", "closing-text");
  said = el("p", "closing-said");
  place = el("div", "closing-place"); // what is wrong with a place, and what is near
  effects = el("p", "note");
  submit = el("button", "main");
  by = el("input");
  draft = new Draft();
  opener = /** @type {HTMLElement | null} */ (null);
  timer = 0;
  asking = /** @type {Promise<void> | null} */ (null);

  /** @param {HTMLElement} home @param {Acts} acts */
  constructor(home, acts) {
    this.acts = acts;
    this.fields = new Fields((name, value) => this.change(name, value));
    this.element.id = "closing";
    this.element.hidden = true;
    home.append(this.element);
    this.text.addEventListener("input", () => this.type());
    this.element.addEventListener("keydown", (e) => this.onKey(e));
  }

  get isOpen() { return !this.element.hidden; }

  /** Opens it for a new closure, or to correct one. @param {Api.HandClosure | null} row
   * @param {string[]} linkIds of the one that is corrected @param {string} text */
  open(row = null, linkIds = [], text = "") {
    if (!this.isOpen) this.opener = /** @type {HTMLElement | null} */ (document.activeElement);
    this.draft = new Draft(row);
    this.draft.linkIds = linkIds;
    this.draft.text = this.text.value = text;
    this.fill();
    this.element.hidden = false;
    this.show();
    if (this.draft.isSaid) this.read();
    (row ? this.fields.inputs.ends_ms : this.text).focus();
  }

  close() {
    if (!this.isOpen) return;
    const isMine = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.acts.pick?.(false);
    this.acts.show([]);
    this.acts.closed?.();
    if (isMine && this.opener?.isConnected) this.opener.focus();
  }

  /** Its parts, in the language of now. */
  fill() {
    const form = el("form"), head = el("header"), label = el("label", "", t("closing.text"));
    const close = makeButton("close", "×", () => this.close()), { row } = this.draft;
    close.setAttribute("aria-label", t("close"));
    head.append(el("h2", "", t(row ? "closing.correct" : "closing.title")), close);
    this.element.setAttribute("aria-label", t(row ? "closing.correct" : "closing.title"));
    this.fields = new Fields((name, value) => this.change(name, value));
    this.text.id = "closing-text";
    this.text.maxLength = 200;
    this.text.autocomplete = "off";
    this.text.spellcheck = false;
    this.text.placeholder = t("closing.example");
    this.text.setAttribute("aria-describedby", "closing-said closing-place");
    label.append(this.text);
    this.said.id = "closing-said";
    this.said.setAttribute("role", "status");
    this.place.id = "closing-place";
    this.place.setAttribute("role", "alert");
    this.submit.type = "submit";
    this.submit.id = "closing-send";
    write(this.submit, t(row ? "closing.send_change" : "closing.send"));
    form.append(label, this.place, this.said, ...this.pickButton(), this.fields.element);
    form.append(...this.nameField(), this.effects, this.submit);
    form.addEventListener("submit", (e) => { e.preventDefault(); this.send(); });
    this.element.replaceChildren(head, form);
  }

  pickButton() {
    if (!this.acts.pick) return [];
    const button = makeButton("plain", t("closing.pick"), () => this.acts.pick?.(true));
    button.id = "closing-pick";
    return [button];
  }

  /** A name, where nobody logs in. */
  nameField() {
    if (account()) return [];
    const label = el("label", "closing-field by", t("closing.by"));
    this.by.maxLength = 40;
    this.by.id = "closing-by";
    this.by.autocomplete = "name";
    this.by.value = actor();
    label.append(this.by);
    return [label];
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    if (e.key !== "Escape" || isComposing(e)) return;
    e.preventDefault();
    e.stopPropagation();
    this.close();
  }

  type() {
    this.draft.text = this.text.value;
    this.draft.start = this.draft.end = null; // chosen of what another text had near
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(), WAIT_MS);
  }

  /** @param {string} name @param {unknown} value */
  change(name, value) {
    Object.assign(this.draft.given, { [name]: value });
    this.read();
  }

  /** A point that was clicked: the first is the begin, the second the end; a third begins anew.
   * @param {{lon: number, lat: number}} point */
  point(point) {
    const { draft } = this;
    if (draft.start && !draft.end) draft.end = point;
    else [draft.start, draft.end] = [point, null];
    if (draft.end) this.acts.pick?.(false);
    return this.read();
  }

  /** Asks what it means; the last question counts. */
  read() {
    const { draft } = this, asked = draft.asked(), readOf = JSON.stringify(asked);
    this.asking = (async () => {
      let isAway = false;
      try {
        const reading = await tell("POST", "closures/read", asked);
        if (this.draft === draft && JSON.stringify(draft.asked()) === readOf) draft.take(reading, readOf);
      } catch { isAway = true; } // what is sent waits, and is read then
      if (this.draft !== draft || !this.isOpen) return;
      this.show();
      if (isAway) write(this.said, t("closing.unread"));
    })();
    return this.asking;
  }

  /** What was read, on the map and beside the fields. */
  show() {
    const { reading, row, given } = this.draft;
    if (reading) this.fields.fill(reading, given);
    else if (row) this.fields.fill(row, {});
    this.showRead(this.draft.isSaid ? reading : null);
  }

  /** @param {Api.Reading | null} reading of what was said; null: nothing was */
  showRead(reading) {
    const { links, troubles } = reading || { links: [], troubles: [] };
    this.fields.mark(troubles);
    this.acts.show(links);
    write(this.said, reading && links.length ? termsText(reading) : "");
    this.showPlace(troubles);
    this.showEffects(reading);
  }

  /** @param {Api.Trouble[]} troubles */
  showPlace(troubles) {
    const found = troubles.filter(({ field }) => ["text", "place", "start", "end"].includes(field));
    this.place.replaceChildren(...found.map((trouble) => this.troubleOf(trouble)));
    this.text.toggleAttribute("aria-invalid", found.length > 0);
  }

  /** @param {Api.Trouble} trouble */
  troubleOf({ field, code, choices }) {
    const box = el("div", "closing-trouble"), where = field === "start" || field === "end";
    const said = t("closing." + code), place = where ? t("closing.place." + field) + ": " : "";
    box.append(el("p", "trouble", place + said));
    for (const { kind, id, title, subtitle } of choices) {
      box.append(makeButton("choice", [title, subtitle].filter(Boolean).join(" · "), () => {
        if (field === "start" || field === "end") this.draft.choose(field, { kind, id });
        this.read();
        this.text.focus();
      }));
    }
    return box;
  }

  /** The way round and the stops left out. @param {Api.Reading | null} reading */
  showEffects(reading) {
    const stops = (reading?.stops || []).map(({ name, routes }) => `${name} (${routes.join(", ")})`);
    write(this.effects, [
      reading?.round ? t("closing.round.line", { way: localized(reading.round, "text") }) : "",
      stops.length ? t("closing.stops", { stops: stops.join(", ") }) : "",
    ].filter(Boolean).join(" "));
  }

  /** Sends it; what is wrong stands at its field first. */
  async send() {
    clearTimeout(this.timer);
    const { draft } = this;
    if (!draft.isRead) await this.read();
    if (this.draft !== draft || !this.isOpen) return;
    if (draft.isRead ? !draft.isSound : !draft.isSaid) { this.toTrouble(draft); return; }
    const by = this.by.value.trim();
    if (by && !account()) keep("name", by);
    this.acts.send(draft.act(this.acts.now(), by));
    this.close();
  }

  /** @param {Draft} draft */
  toTrouble(draft) {
    if (draft.reading) this.showRead(draft.reading);
    const first = this.element.querySelector("[aria-invalid]");
    (first instanceof HTMLElement ? first : byId("closing-text")).focus();
  }
}
