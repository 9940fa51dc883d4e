// The shift book: the summary of a shift, notes, and a hand-over that both sign.
import { byId, el, isComposing, makeButton, renew, showFault, showText, termRow, write } from "../dom.js";
import { keep, kept } from "../kept.js";
import { Sender } from "../map/closures/sender.js";
import { turnLanguage, turnTheme } from "../page-tools.js";
import { actor, account, loginAddress, startSession, tell } from "../session.js";
import { minuteText, timeText } from "../times.js";
import { nextLanguage, t } from "../words.js";
import { noteRows } from "./notes.js";
import { drawPaper } from "./paper.js";
import { figuresOf, rowOf, sectionsOf } from "./sheet.js";

/** @typedef {import("./sheet.js").ShiftBody} ShiftBody */
/** @typedef {import("./sheet.js").Head} Head */
/** @typedef {import("./sheet.js").Note} Note */
/** @typedef {import("./sheet.js").Signature} Signature */

const EVERY_MS = 30_000, AGAIN_MS = 2_000, KEY = "bomnae.shift-waits";
const NAMES = ["shift-name", "shift-signer-name"];
const SIGNS = ["hand-over", "take-over", "withdraw"];
const root = document.documentElement;
const idOf = () => crypto.randomUUID();

class ShiftPage {
  sender = /** @type {Sender | null} */ (null);
  current = "";
  shift = /** @type {ShiftBody | null} */ (null);
  heads = /** @type {Head[]} */ ([]);
  asked = new URLSearchParams(location.search).get("id") || "current";
  correcting = /** @type {Note | null} */ (null);
  why = "";
  isBehind = false; // an act of this page is recorded, and the sheet with it not read yet
  reading = 0;
  again = 0;

  constructor() {
    byId("tool-lang").addEventListener("click", () => this.translate(nextLanguage(root.lang)));
    byId("tool-dark").addEventListener("click", () => { turnTheme(); });
    byId("shift-print").addEventListener("click", () => print());
    byId("shift-list", HTMLSelectElement).addEventListener("change", (e) => this.open(
      /** @type {HTMLSelectElement} */ (e.target).value));
    byId("shift-note-form").addEventListener("submit", (e) => { e.preventDefault(); this.note(); });
    byId("shift-note-cancel").addEventListener("click", () => this.correct(null));
    byId("shift-note", HTMLTextAreaElement).addEventListener("keydown", (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && !isComposing(e)) this.note();
    });
    for (const act of SIGNS) byId("shift-" + act).addEventListener("click", () => this.sign(act));
    addEventListener("popstate", () => this.follow());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.read(); });
    this.translate(kept("lang") || "ko");
    this.begin();
  }

  async begin() {
    await startSession(document.querySelector(".tools"));
    this.sender = new Sender({
      done: () => { this.isBehind = true; this.draw(); this.read(); },
      conflict: (act, answer) => { this.conflict(/** @type {any} */ (answer)); this.read(); },
      refused: (act, answer) => { this.say(answer.error.message); this.read(); },
      changed: () => this.draw(),
    }, () => Date.now(), `${KEY}.${account()}`); // what one has sent, nobody else sends
    for (const id of ["shift-by", "shift-signer"]) byId(id).hidden = Boolean(account());
    for (const id of NAMES) byId(id, HTMLInputElement).value ||= actor(); // one may be typing already
    setInterval(() => { if (!document.hidden) this.read(); }, EVERY_MS);
    await this.read();
  }

  /** Leads to a shift, or to the one that goes on now. @param {string} id */
  open(id) {
    const current = this.heads[0]?.id;
    history.pushState(null, "", id === current || id === "current" ? location.pathname : `?id=${id}`);
    this.follow();
  }

  follow() {
    this.asked = new URLSearchParams(location.search).get("id") || "current";
    this.say("");
    byId("shift-conflict").hidden = true;
    this.correct(null);
    return this.read();
  }

  async read() {
    const number = ++this.reading;
    try {
      const [shift, list] = await Promise.all([tell("GET", `shifts/${this.asked}`), tell("GET", "shifts")]);
      if (number !== this.reading) return; // a newer question is under way
      this.shift = shift;
      this.heads = list.shifts;
      this.current = list.current;
      this.why = "";
      this.isBehind = false;
    } catch (error) {
      if (number !== this.reading) return;
      this.why = error instanceof Error && error.message || t("book.failed");
      clearTimeout(this.again);
      this.again = setTimeout(() => this.read(), AGAIN_MS);
    }
    this.draw();
  }

  get may() { return (root.dataset.may || "").split(" ").includes("act"); }

  /** Who acts, by the field where nobody logs in. @param {string} id */
  by(id) {
    const name = byId(id, HTMLInputElement).value.trim();
    if (!account() && name) this.name(name);
    return account() || name;
  }

  /** Keeps a name that was typed, for the other field too where that has none. @param {string} name */
  name(name) {
    keep("name", name);
    for (const id of NAMES) byId(id, HTMLInputElement).value ||= name;
  }

  note() {
    const field = byId("shift-note", HTMLTextAreaElement), text = field.value.trim();
    const name = byId("shift-name", HTMLInputElement), by = this.by("shift-name");
    const isNamed = Boolean(account() || by), fault = byId("shift-note-fault");
    const lacks = !text ? field : isNamed ? null : name;
    showFault(fault, "", field, name);
    if (lacks) {
      showFault(fault, t(text ? "book.no_name" : "book.note.empty"), lacks);
      lacks.focus();
      return;
    }
    const { note_id, version } = this.correcting || { note_id: idOf(), version: 0 };
    this.send("notes", { note_id, version: version + 1, text, by });
    field.value = "";
    this.correct(null);
    field.focus();
  }

  /** Begins a correction, or leaves it. @param {Note | null} note */
  correct(note) {
    this.correcting = note;
    byId("shift-note-cancel").hidden = !note;
    const label = byId("shift-note-label");
    label.dataset.t = note ? "book.note.corrects" : "book.note";
    write(label, t(label.dataset.t));
    const field = byId("shift-note", HTMLTextAreaElement);
    if (!note) return;
    field.value = note.text;
    field.focus();
  }

  /** @param {string} act */
  sign(act) {
    const name = byId("shift-signer-name", HTMLInputElement), by = this.by("shift-signer-name");
    if (!this.shift) return;
    const isNamed = Boolean(account() || by);
    showFault(byId("shift-fault"), isNamed ? "" : t("book.no_name"), name);
    if (!isNamed) { name.focus(); return; }
    byId("shift-conflict").hidden = true;
    this.send(act, act === "withdraw" ? { by } : { by, digest: this.shift.digest });
  }

  /** @param {string} act @param {Record<string, unknown>} body */
  send(act, body) {
    if (!this.shift) return;
    const { id } = this.shift, act_id = idOf();
    if (act !== "notes") this.asked = id; // once both have signed, the signed sheet stays in sight
    this.sender?.send({
      id: act_id, closure: "", method: "POST", path: `shifts/${id}/${act}`, made_ms: Date.now(),
      body: { ...body, act_id }, title: act, links: [],
    });
  }

  /** @param {string} text */
  say(text) { showText(byId("shift-fault"), text); }

  /** Both side by side: what was sent, and what stands.
   * @param {{error: {message: string}, yours: {act: string, by: string, at_ms: number, note?: string},
   *   theirs: Head & {book?: {note_id: string, versions: Note[]}[]}}} answer */
  conflict({ error, yours, theirs }) {
    const box = byId("shift-conflict"), list = el("dl");
    const stands = [theirs.handed && signedText("hand_over", theirs.handed),
      theirs.taken && signedText("take_over", theirs.taken)].filter(Boolean).join(" · ");
    const last = theirs.book?.at(-1)?.versions.at(-1);
    list.append(
      termRow(t("book.yours"), `${t("book.act." + yours.act)} · ${yours.by} · ${minuteText(yours.at_ms)}`
        + (yours.note ? `: ${yours.note}` : "")),
      termRow(t("book.theirs"), [stands, last && `${last.by} · ${minuteText(last.at_ms)}: ${last.text}`]
        .filter(Boolean).join(" / ") || t("book.none")));
    box.replaceChildren(el("b", "", error.message), list,
      makeButton("book-button", t("book.conflict.close"), () => { box.hidden = true; }));
    box.hidden = false;
  }

  draw() {
    const { shift } = this, waiting = [...(this.sender?.waits.values() || [])];
    this.drawState();
    showText(byId("shift-waits"), waiting.length ? t("book.waits.n", { n: waiting.length }) : "");
    if (!shift) return;
    this.drawHead(shift);
    this.drawSheet(shift);
    this.drawNotes(shift, waiting);
    this.drawSigning(shift, waiting);
    drawPaper(byId("shift-paper"), shift, root.dataset.city || "", account());
  }

  drawState() {
    const main = byId("shift"), { shift, why } = this;
    const { id, state } = shift || { id: "", state: why ? "failed" : "loading" };
    Object.assign(main.dataset, { state, shift: id });
    showText(byId("shift-said"), why || (shift ? "" : t("book.loading")));
    for (const part of main.querySelectorAll(".book-body, .book-figures")) {
      part.toggleAttribute("hidden", !shift);
    }
  }

  /** @param {ShiftBody} shift */
  drawHead(shift) {
    const { from_ms, until_ms } = shift.sheet;
    write(byId("shift-span"), t(shift.state === "open" ? "book.span.open" : "book.span",
      { begin: timeText(from_ms), end: timeText(until_ms) }));
    const state = byId("shift-state");
    state.dataset.state = shift.state;
    write(state, t("book.state." + shift.state));
    const list = byId("shift-list", HTMLSelectElement);
    const options = this.heads.map((head) => {
      const option = el("option", "", headText(head, head.id === this.current));
      option.value = head.id;
      return option;
    });
    renew(list, options);
    list.value = shift.id;
  }

  /** @param {ShiftBody} shift */
  drawSheet({ sheet }) {
    renew(byId("shift-figures"), figuresOf(sheet).map(([name, value, isAsking]) => {
      const row = termRow(name, value);
      row.className = isAsking ? "asks" : "";
      return row;
    }));
    renew(byId("shift-sheet"), sectionsOf(sheet).map(({ part, total, lines }) => {
      const section = el("section", "book-part"), title = el("h3"), list = el("ol");
      section.dataset.part = part;
      title.append(t("book.part." + part), " ", el("b", "", String(total)));
      list.append(...lines.map((line) => rowOf(line, sheet, part)));
      section.append(title, list);
      const until = t("book.ahead.until", { time: timeText(sheet.next_ms) });
      if (part === "ahead") section.append(el("p", "book-hint", until));
      if (!total) list.replaceWith(el("p", "book-none", t("book.none." + part)));
      const rest = total - lines.length;
      if (rest > 0) section.append(el("p", "book-hint", t("book.rest", { n: rest })));
      return section;
    }));
  }

  /** @param {ShiftBody} shift @param {import("../map/closures/sender.js").Waiting[]} waiting */
  drawNotes(shift, waiting) {
    const isOpen = shift.state === "open" && this.may;
    const rows = noteRows(shift, waiting, isOpen ? (note) => this.correct(note) : null);
    renew(byId("shift-notes"), rows);
    write(byId("shift-notes-count"), String(rows.length));
    byId("shift-note-form").hidden = !isOpen;
  }

  /** @param {ShiftBody} shift @param {import("../map/closures/sender.js").Waiting[]} waiting */
  drawSigning(shift, waiting) {
    const { state } = shift, acts = this.may ? actsOf(shift) : [];
    const isUnread = this.isBehind || waiting.length > 0; // one signs what one has read, one's own note too
    showSigned("shift-handed", shift.handed);
    showSigned("shift-taken", shift.taken);
    for (const act of SIGNS) {
      const button = byId("shift-" + act, HTMLButtonElement);
      button.hidden = !acts.includes(act);
      button.disabled = isUnread;
    }
    byId("shift-signer").hidden = Boolean(account()) || !acts.length;
    byId("shift-signing-hint").replaceChildren(...hintOf(shift));
    showText(byId("shift-digest"), state === "open" ? "" : digestText(shift));
  }

  /** Turns everything to a language. @param {string} lang */
  translate(lang) {
    turnLanguage(lang);
    byId("tool-dark").textContent = t(root.dataset.theme === "dark" ? "tool.light" : "tool.dark");
    document.title = t("title.shift", { city: root.dataset.city });
    this.draw();
  }
}

/** Whether whoever looks handed it over. @param {ShiftBody} shift */
const isOwn = ({ handed }) => Boolean(account()) && handed?.by === account();

/** What can be done with a shift by whoever looks. @param {ShiftBody} shift */
function actsOf(shift) {
  if (shift.state === "open") return ["hand-over"];
  if (shift.state === "taken") return [];
  if (!account()) return ["take-over", "withdraw"]; // the names say who it is
  return isOwn(shift) ? ["withdraw"] : ["take-over"];
}

/** @param {ShiftBody} shift */
const digestText = ({ digest, is_renamed }) =>
  [t("book.digest", { digest }), is_renamed ? t("book.renamed") : ""].filter(Boolean).join(" · ");

/** What to do next. @param {ShiftBody} shift @returns {(Node | string)[]} */
function hintOf(shift) {
  const typed = root.dataset.door === "open" ? [" ", el("b", "book-typed", t("book.typed.hint"))] : [];
  if (shift.state === "open") return [t("book.hint.open"), ...typed];
  if (shift.state === "taken") return [t("book.hint.taken")];
  if (!isOwn(shift)) return [t("book.hint.take", { by: shift.handed?.by }), ...typed];
  const link = el("a", "", t("book.hint.login"));
  link.href = loginAddress();
  return [t("book.hint.own"), " ", link];
}

/** @param {string} word @param {Signature} signed */
const signedText = (word, signed) => `${t("book." + word)} ${signed.by} ${minuteText(signed.at_ms)}`;

/** @param {string} id @param {Signature | undefined} signed */
function showSigned(id, signed) {
  const place = /** @type {HTMLElement} */ (byId(id).querySelector(".book-signed"));
  byId(id).dataset.signed = signed ? "1" : "";
  write(place, !signed ? t("book.sign.empty") : [signed.by, timeText(signed.at_ms),
    signed.is_typed ? t("book.typed") : ""].filter(Boolean).join(" · "));
}

/** @param {Head} head @param {boolean} isCurrent */
function headText({ from_ms, until_ms, state, handed, taken }, isCurrent) {
  const end = until_ms ? minuteText(until_ms) : isCurrent ? t("book.now") : "";
  const who = [handed?.by, taken?.by].filter(Boolean).join(" → ");
  return [`${timeText(from_ms)}~${end}`, t("book.state." + state), who].filter(Boolean).join(" · ");
}

export const page = new ShiftPage();
