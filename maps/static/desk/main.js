// The desk: it joins box, card, time, calls and shift. The address keeps the place and the time looked at, not the text typed.
import { keep, kept } from "../kept.js";
import { Clock } from "../clock.js";
import { el, write } from "../dom.js";
import { nextLanguage, offerNext, t, useLanguage } from "../words.js";
import { ask, localized } from "./ask.js";
import { Box } from "./box.js";
import { Calls } from "./calls.js";
import { DeskCard } from "./card.js";
import { copy, notice } from "./copy.js";
import { fillDeskHelp, listenAtDesk } from "./keys.js";
import { Shift } from "./shift.js";
import { DeskSign } from "./sign.js";
import { loadRoads } from "./sketch.js";
import { Then } from "./then.js";

const REFRESH_MS = 5000;

class Desk {
  constructor() {
    this.clock = new Clock();
    this.sign = new DeskSign(this.clock);
    this.then = new Then(this.clock, () => this.look());
    this.card = new DeskCard(this.clock, { copy: () => this.copy(), log: () => this.calls.log(), open: (id) => this.box.ask(id) });
    this.box = new Box({
      query: () => this.then.query(), answer: (body, isOpened) => this.answer(body, isOpened), failed: (error, id) => this.fail(error, id), cleared: () => this.blank("first"),
    });
    this.calls = new Calls({ card: () => this.card.card, isPast: () => Boolean(this.then.past) });
    this.shift = new Shift(this.clock, (row) => this.openChange(row));
    this.sign.onHeard = () => this.back();
    this.listen();
    this.speak(kept("lang") || "ko");
    setInterval(() => this.refresh(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => this.refresh());
    this.sign.poll().then(() => Promise.all([this.calls.poll(), this.shift.poll()]));
    this.openAddress();
  }

  listen() {
    const help = document.getElementById("help");
    const acts = { dark: () => this.turn(), lang: () => this.speak(nextLanguage(document.documentElement.lang)), help: () => { fillDeskHelp(); help.showModal(); } };
    for (const [name, act] of Object.entries(acts)) document.getElementById("tool-" + name).addEventListener("click", act);
    help.addEventListener("close", () => this.box.focus());
    const toBox = () => this.home();
    listenAtDesk({
      "Escape": toBox, "/": toBox, "?": acts.help, "l": acts.lang, "d": acts.dark,
      "F2": () => this.copy(), "F8": () => this.calls.log(), "Shift+F8": () => document.getElementById("reference")?.focus(),
      "Alt+T": () => this.then.toggle(), "Alt+C": () => this.calls.focus(), "Alt+S": () => this.shift.focus(),
    });
  }

  home() {
    this.then.close();
    this.box.focus();
  }

  /** An answer came: a card, or why there is none. `isOpened`: the clerk asked for this place. */
  answer(body, isOpened) {
    if (!body.past) this.sign.hear(body); // an answer of the past bears the past's clock
    if (!body.card) return this.blank(body.status, body);
    this.card.show(body);
    document.getElementById("blank").hidden = true;
    this.waiting = null;
    this.asked_ms = performance.now();
    document.documentElement.dataset.opened = isOpened || document.documentElement.dataset.opened === "1" ? "1" : "";
    if (isOpened) this.box.mark(this.box.candidates.findIndex(({ kind, id }) => `${kind}:${id}` === this.card.placeId));
    this.write();
    performance.mark("bomnae-card");
    document.documentElement.dataset.answered = String(Number(document.documentElement.dataset.answered || 0) + 1);
    return undefined;
  }

  /** What the middle says when there is no card: nothing asked, several places, none, or no server. */
  blank(status, body = {}) {
    this.card.hide();
    document.documentElement.dataset.opened = "";
    const box = document.getElementById("blank"), hasNear = (body.candidates || []).length > 0;
    Object.assign(this, { blankAs: [status, body] });
    box.hidden = false;
    box.dataset.status = status;
    write(document.getElementById("blank-word"), t("blank." + status));
    const said = status === "not_found" ? localized(body, "sentence") : "";
    write(document.getElementById("blank-detail"), [said || t(`blank.${status}.detail`), status === "not_found" && hasNear ? t("blank.not_found.near") : ""].filter(Boolean).join(" "));
    this.write();
  }

  /** No answer came to what was asked: a card of something else must not stand as if it were one.
      A card of this very place stays: the banner says how old it is. */
  fail(error, id = "") {
    if (error.what === "refused") return this.blank("not_found", { sentence_ko: error.said });
    if (error.what === "away") this.sign.lose();
    if (id && id === this.card.placeId && !this.then.past && !this.card.body.past) return undefined;
    this.isWaiting = true;
    return this.blank(error.what === "away" ? "failed" : "failing");
  }

  /** The server answers: ask again what it could not answer. */
  back() {
    if (!this.isWaiting || !this.box.input.value.trim()) return;
    this.isWaiting = false;
    this.box.find();
  }

  /** Asks again about the place on the card; the past does not change. */
  async refresh() {
    const id = this.card.placeId;
    if (!id || document.hidden || this.then.past || this.isRefreshing) return;
    this.isRefreshing = true;
    try {
      const body = await ask("/api/v1/answer", { query: { q: this.card.body.q, id, again: 1 } });
      if (this.card.placeId === id && !this.then.past && body.card) this.answer(body, false);
    } catch (error) {
      if (error.what === "away") this.sign.lose(); // the card stays, and the banner says how old it is
    } finally {
      this.isRefreshing = false;
    }
  }

  /** Another time is looked at: the same place, or what the box says, once more. */
  look() {
    const { placeId } = this.card;
    if (placeId) this.box.ask(placeId); else if (this.box.input.value.trim()) this.box.find();
    this.write();
    this.box.focus();
  }

  async copy() {
    const { sentence } = this.card;
    if (!sentence) return notice(t("card.nothing_to_copy"), "bad");
    const isCopied = await copy(sentence);
    return notice(t(isCopied ? "card.copied" : "card.copy_failed"), isCopied ? "done" : "bad");
  }

  /** The answer about what changed: the work itself, or the first link that it concerns. */
  async openChange(row) {
    if (row.subject.startsWith("work:")) return this.box.ask(row.subject);
    const roads = await loadRoads();
    if (roads && row.links.length) return this.box.ask("section:" + roads.ids[row.links[0]]);
    return undefined;
  }

  /** The place and time of the address; only what the desk itself wrote there is followed. */
  openAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (given.get("id")) this.box.ask(given.get("id"));
    else if (given.get("q")) { this.box.input.value = given.get("q"); this.box.find(true); }
    this.box.focus();
  }

  write() {
    const id = this.card.placeId;
    history.replaceState(null, "", id ? "#id=" + encodeURIComponent(id) : location.pathname);
  }

  turn() {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    keep("theme", root.dataset.theme);
    this.speak(root.lang);
  }

  speak(lang) {
    const root = document.documentElement;
    useLanguage(lang);
    keep("lang", lang);
    offerNext(document.getElementById("tool-lang"));
    document.getElementById("tool-dark").textContent = t(root.dataset.theme === "dark" ? "tool.light" : "tool.dark");
    document.title = `${t("desk.title")} · ${root.dataset.city} ${t("brand")}`;
    this.showExamples();
    this.box.show(this.box.q, this.box);
    this.card.draw();
    if (this.blankAs && !this.card.card) this.blank(...this.blankAs);
    this.then.show();
    this.sign.show();
    this.calls.show();
    this.shift.show();
  }

  showExamples() {
    const list = document.getElementById("examples-list");
    list.replaceChildren(...["road", "stop", "route", "initials"].map((name) => {
      const row = el("div");
      row.append(el("dt", "", t("example." + name)), el("dd", "", t(`example.${name}.what`)));
      return row;
    }));
  }
}

export const desk = new Desk();
