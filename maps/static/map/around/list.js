// The list of what is in view, the nearest to the middle first: every thing of the map as a line to choose.
import { arrange, byId, el, makeButton, write } from "../../dom.js";
import { LEVELS } from "../../levels.js";
import { t } from "../../words.js";
import { KINDS } from "../kinds.js";
import { byDistance } from "./things.js";

/** @typedef {import("./things.js").Thing} Thing */

const MOST = 100;

export class AroundList {
  element = el("section", "around");
  title = el("h2");
  filter = el("select");
  rows = el("ol", "rows");
  note = el("p", "note");
  things = /** @type {Thing[]} */ ([]);
  opener = /** @type {HTMLElement | null} */ (null);

  /** @param {import("./around.js").Around} around */
  constructor(around) {
    this.around = around;
    const head = el("header");
    this.closer = makeButton("close", "×", () => this.close());
    head.append(this.title, this.closer);
    this.title.id = "around-title";
    Object.assign(this.element, { id: "around", hidden: true });
    this.element.setAttribute("aria-labelledby", "around-title");
    this.element.append(head, this.filter, this.rows, this.note);
    this.element.addEventListener("keydown", (e) => this.onKey(e));
    this.filter.addEventListener("change", () => this.fill());
    this.rows.addEventListener("focusin", (e) => this.onFocus(e.target));
    byId("stage").append(this.element);
    const { live } = around;
    live.map.on("moveend", () => { if (this.isOpen && !this.hasFocus()) this.read(); });
    live.state.on((change) => { if (this.isOpen && change === "lang") this.read(); });
  }

  get isOpen() { return !this.element.hidden; }

  hasFocus() { return this.element.contains(document.activeElement); }

  /** Opens it with the first line under the keyboard; again: what is in view now. */
  open() {
    const { activeElement: focused } = document;
    if (!this.hasFocus()) this.opener = focused instanceof HTMLElement ? focused : null;
    this.around.live.tools.openSheet("");
    this.element.hidden = false;
    this.read();
    (this.buttons()[0] || this.filter).focus();
  }

  close() {
    this.element.hidden = true;
    this.around.leave();
    const { opener } = this, isThere = opener?.isConnected && opener !== document.body;
    (isThere ? opener : this.around.live.map.getContainer()).focus();
  }

  /** Reads what is in view. */
  read() {
    this.things = byDistance(this.around.things(), this.around.middle);
    this.element.lang = document.documentElement.lang;
    this.closer.setAttribute("aria-label", t("close"));
    this.filter.setAttribute("aria-label", t("around.filter"));
    this.fillFilter();
    this.fill();
  }

  fillFilter() {
    const { value } = this.filter, kinds = Object.keys(KINDS).filter((kind) => this.countOf(kind));
    this.filter.replaceChildren(...["", ...kinds].map((kind) => {
      const word = kind ? kindText(kind) : t("around.every");
      return new Option(`${word} ${this.countOf(kind).toLocaleString()}`, kind);
    }));
    this.filter.value = kinds.includes(value) ? value : "";
  }

  /** @param {string} kind "" of all */
  countOf(kind) { return this.things.filter((thing) => !kind || thing.kind === kind).length; }

  fill() {
    const { things, filter: { value } } = this, asked = things.filter(({ kind }) => !value || kind === value);
    arrange(this.rows, asked.slice(0, MOST).map((thing) => this.row(thing)));
    this.moveStop(this.buttons()[0] || null);
    write(this.title, t("around.title", { n: asked.length.toLocaleString() }));
    const isCut = asked.length > MOST;
    write(this.note, !asked.length ? t("around.none") : isCut ? t("around.cut", { n: MOST }) : "");
  }

  /** @param {Thing} thing */
  row(thing) {
    const li = el("li"), text = el("span", "text"), { around } = this;
    const button = makeButton("row", null, () => around.choose(thing));
    button.dataset.id = `${thing.kind} ${thing.id}`;
    text.append(el("b", "title", around.nameOf(thing)), el("span", "under", around.whereText(thing)));
    button.append(this.icon(thing), text);
    li.append(button);
    return li;
  }

  /** What it looks like on the map. @param {Thing} thing */
  icon({ kind, id, index }) {
    const { picture } = this.around.live, { mark } = KINDS[kind];
    if (kind === "link") return el("i", "line " + LEVELS[picture?.levels[index] ?? LEVELS.length - 1]);
    if (!mark) return el("i", "icon " + (kind === "bus" ? "buses" : kind));
    const row = picture?.mapOf(kind).get(id);
    return el("i", "dot " + (row ? mark(row).sign : kind));
  }

  /** @returns {HTMLElement[]} */
  buttons() { return [...this.rows.querySelectorAll("button")]; }

  /** One line is a stop of the Tab key. @param {HTMLElement | null} stop */
  moveStop(stop) { for (const button of this.buttons()) button.tabIndex = button === stop ? 0 : -1; }

  /** The ring on the map goes with the keyboard. @param {EventTarget | null} target */
  onFocus(target) {
    const at = this.buttons().findIndex((button) => button === target);
    if (at < 0) return;
    this.moveStop(this.buttons()[at]);
    const { value } = this.filter, thing = this.things.filter(({ kind }) => !value || kind === value)[at];
    if (thing) this.around.go(thing, false);
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.key === "Escape") { e.stopPropagation(); this.close(); } else if (!this.move(e)) return;
    e.preventDefault();
  }

  /** Through the lines; whether the key does that. @param {KeyboardEvent} e */
  move({ key, target }) {
    const rows = this.buttons(), last = rows.length - 1, at = rows.findIndex((row) => row === target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[key];
    if (at < 0 || next === undefined) return false;
    rows[Math.max(0, Math.min(last, next))].focus();
    return true;
  }
}

/** What people call a kind. @param {string} kind */
export const kindText = (kind) => t("around.kind." + kind);
