// The desk: it joins box, card, time, calls and shift. The address keeps the place, not the text typed.
import { Clock } from "../clock.js";
import { byId, termRow, write } from "../dom.js";
import { kept } from "../kept.js";
import { turnLanguage, turnTheme } from "../page-tools.js";
import { startSession } from "../session.js";
import { localized, nextLanguage, t } from "../words.js";
import { AskError, ask } from "./ask.js";
import { Box } from "./box.js";
import { Calls } from "./calls.js";
import { DeskCard } from "./card.js";
import { DeskClosing } from "./closing.js";
import { copy, notice } from "./copy.js";
import { fillDeskHelp, listenAtDesk } from "./keys.js";
import { Shift } from "./shift.js";
import { DeskSign } from "./sign.js";
import { loadRoads } from "./sketch.js";
import { Then } from "./then.js";

/**
 * Why there is no card.
 * @typedef {{candidates?: Desk.Candidate[], sentence_ko?: string, sentence_en?: string}} Blank
 */

const REFRESH_MS = 5000;

class ComplaintDesk {
  clock = new Clock();
  isWaiting = false;
  isRefreshing = false;
  blankAs = /** @type {[string, Blank] | null} */ (null); // what the middle says while there is no card

  constructor() {
    this.sign = new DeskSign(this.clock, () => this.askAgain());
    this.then = new Then(this.clock, () => this.look());
    this.box = new Box({
      query: () => this.then.query(),
      answer: (body, isOpened) => this.answer(body, isOpened),
      failed: (error, id) => this.fail(error, id),
      cleared: () => this.blank("first"),
    });
    this.card = new DeskCard(this.clock, {
      copy: () => this.copy(), log: () => this.calls.log(), open: (id) => this.box.ask(id),
      closure: (what, id) => this.closing.do(what, id),
    });
    this.calls = new Calls({ card: () => this.card.card, isPast: () => this.then.past !== null });
    this.closing = new DeskClosing(this.clock);
    this.shift = new Shift(this.clock, (row) => this.openChange(row));
    this.listen();
    this.translate(kept("lang") || "ko");
    setInterval(() => this.refresh(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => this.refresh());
    this.sign.poll().then(() => Promise.all([this.calls.poll(), this.shift.poll()]));
    this.openAddress();
    startSession(document.querySelector(".tools")).then(() => this.card.draw()); // what may be done is known
  }

  listen() {
    const help = byId("help", HTMLDialogElement), root = document.documentElement;
    const acts = {
      dark: () => this.turn(),
      lang: () => this.translate(nextLanguage(root.lang)),
      help: () => { fillDeskHelp(); help.showModal(); },
    };
    for (const [name, act] of Object.entries(acts)) byId("tool-" + name).addEventListener("click", act);
    help.addEventListener("close", () => this.box.focus());
    const toBox = () => { this.then.close(); this.box.focus(); };
    listenAtDesk({
      "Escape": toBox, "/": toBox, "?": acts.help, "l": acts.lang, "d": acts.dark, "F2": () => this.copy(),
      "F8": () => this.calls.log(), "Shift+F8": () => document.getElementById("reference")?.focus(),
      "Alt+T": () => this.then.toggle(), "Alt+C": () => this.calls.focus(),
      "Alt+N": () => this.closing.open(),
      "Alt+S": () => this.shift.focus(),
    });
  }

  /** An answer came: a card, or why there is none. @param {Desk.Answer} body @param {boolean} isOpened by the
   * clerk */
  answer(body, isOpened) {
    if (!body.past) this.sign.observe(body); // an answer of the past bears the past's clock
    if (!body.card) { this.blank(body.status, body); return; }
    const { dataset } = document.documentElement;
    this.card.show(body, body.card);
    byId("blank").hidden = true;
    this.isWaiting = false;
    dataset.opened = isOpened || dataset.opened === "1" ? "1" : "";
    if (isOpened) this.box.markPlace(this.card.placeId);
    this.write();
    performance.mark("bomnae-card");
    dataset.answered = String(Number(dataset.answered || 0) + 1);
  }

  /** What the middle says when there is no card: nothing asked, several places, none, or no server.
   * @param {string} status @param {Blank} why */
  blank(status, why = {}) {
    const box = byId("blank"), isMissing = status === "not_found";
    this.card.hide();
    document.documentElement.dataset.opened = "";
    this.blankAs = [status, why];
    box.hidden = false;
    box.dataset.status = status;
    write(byId("blank-word"), t("blank." + status));
    const parts = [isMissing && localized(why, "sentence") || t(`blank.${status}.detail`)];
    if (isMissing && why.candidates?.length) parts.push(t("blank.not_found.near"));
    write(byId("blank-detail"), parts.join(" "));
    this.write();
  }

  /** No answer came to what was asked: a card of something else must not stand as if it were one. A card of
   * this very place stays: the banner says how old it is. @param {unknown} error @param {string} id */
  fail(error, id = "") {
    const { what, message } = error instanceof AskError ? error : new AskError("failing");
    if (what === "refused") { this.blank("not_found", { sentence_ko: message }); return; }
    if (what === "away") this.sign.lose();
    if (id && id === this.card.placeId && this.isOfNow) return;
    this.isWaiting = true;
    this.blank({ away: "failed", failing: "failing" }[what]);
  }

  /** Whether neither the card nor what is asked is of the past. */
  get isOfNow() { return !this.then.past && !this.card.body?.past; }

  /** The server answers: ask again what it could not answer. */
  askAgain() {
    if (!this.isWaiting || !this.box.input.value.trim()) return;
    this.isWaiting = false;
    this.box.find();
  }

  /** Asks again about the place on the card; the past does not change. */
  async refresh() {
    const { placeId: id, body } = this.card;
    if (!body || document.hidden || this.then.past || this.isRefreshing) return;
    this.isRefreshing = true;
    const query = { q: body.q, id, again: 1 };
    const news = await ask("/api/v1/answer", { query }).catch((error) => {
      if (error instanceof AskError && error.what === "away") this.sign.lose(); // the card stays
      return {};
    });
    this.isRefreshing = false;
    if (news.card && this.card.placeId === id && !this.then.past) this.answer(news, false);
  }

  /** Another time is looked at: the same place, or what the box holds, once more. */
  look() {
    const { placeId } = this.card;
    if (placeId) this.box.ask(placeId); else if (this.box.input.value.trim()) this.box.find();
    this.write();
    this.box.focus();
  }

  async copy() {
    const { sentence } = this.card;
    if (!sentence) { notice(t("card.nothing_to_copy"), "bad"); return; }
    const isCopied = await copy(sentence);
    notice(t(isCopied ? "card.copied" : "card.copy_failed"), isCopied ? "done" : "bad");
  }

  /** The answer about what changed: the work itself, or the first link that it concerns.
   * @param {Desk.Change} row */
  async openChange({ subject, links }) {
    if (subject.startsWith("work:")) { this.box.ask(subject); return; }
    const roads = await loadRoads();
    if (roads && links.length) this.box.ask("section:" + roads.ids[links[0]]);
  }

  /** The place of the address; only what the desk itself wrote there is followed. */
  openAddress() {
    const given = new URLSearchParams(location.hash.slice(1)), id = given.get("id"), q = given.get("q");
    if (id) this.box.ask(id);
    else if (q) { this.box.input.value = q; this.box.find(true); }
    this.box.focus();
  }

  write() {
    const id = this.card.placeId;
    history.replaceState(null, "", id ? "#id=" + encodeURIComponent(id) : location.pathname);
  }

  turn() {
    turnTheme();
    this.translate(document.documentElement.lang);
  }

  /** Turns everything to a language. @param {string} lang */
  translate(lang) {
    const { theme, city } = document.documentElement.dataset;
    turnLanguage(lang);
    byId("tool-dark").textContent = t(theme === "dark" ? "tool.light" : "tool.dark");
    document.title = t("title.desk", { city });
    byId("examples-list").replaceChildren(...["road", "stop", "route", "initials"].map(example));
    this.box.show(this.box.q, this.box);
    this.card.draw();
    if (this.blankAs && !this.card.card) this.blank(...this.blankAs);
    this.then.show();
    this.sign.show();
    this.calls.show();
    this.shift.show();
  }
}

/** @param {string} name */
function example(name) {
  return termRow(t("example." + name), t(`example.${name}.what`));
}

export const desk = new ComplaintDesk();
