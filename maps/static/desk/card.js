// The answer card: verdict, sentence to read out, and what they rest on. It redraws what changed only.
import { byId, el, makeButton, write } from "../dom.js";
import { may } from "../map/closures/may.js";
import { minuteText } from "../times.js";
import { ago, languages, localized, t, textsOf } from "../words.js";
import {
  ageTime, busesPart, callsPart, clauseRow, incidentsPart, routePart, sectionsPart, sourceRow, worksPart,
} from "./facts.js";
import { arrangeParts, certaintyChip, lookIcon, lookOf, part, verdictWord } from "./parts.js";
import { sketch } from "./sketch.js";

/**
 * The word's key, what changed, from what to what, and when.
 * @typedef {[string, string, string, string, string]} News
 */

export class DeskCard {
  body = /** @type {Desk.Answer | null} */ (null);
  changes = /** @type {News[]} */ ([]); // what changed while the card was open, the newest first
  element = byId("card");

  /** @param {Ui.Clock} clock
   * @param {{copy: () => void, log: () => void, open: (id: string) => void,
   *   closure: Desk.OnClosure}} actions */
  constructor(clock, actions) {
    this.clock = clock;
    this.actions = actions;
    setInterval(() => this.tick(), 1000);
  }

  get card() { return this.body?.card || null; }
  get placeId() { return this.card ? idOf(this.card) : ""; }
  get sentence() { return localized(this.card, "sentence"); }

  /** Shows an answer; one about the same place keeps focus, selection and what was typed.
   * @param {Desk.Answer} body @param {Desk.Card} card of it */
  show(body, card) {
    const before = this.card, isSame = before !== null && idOf(before) === idOf(card);
    if (!isSame) this.changes = [];
    if (isSame) this.compare(before.verdict, card.verdict);
    this.body = body;
    this.element.hidden = false;
    this.draw();
    if (!isSame) this.element.scrollTop = 0;
  }

  hide() {
    this.body = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** A verdict or a certainty that changed while the card was open is written and announced.
   * @param {Desk.Verdict} before @param {Desk.Verdict} after */
  compare(before, after) {
    const time = minuteText(this.clock.now());
    const news = /** @type {News[]} */ ([]);
    if (before.closure !== after.closure) {
      news.push(["card.verdict_changed", "closure", before.closure, after.closure, time]);
    }
    if (before.certainty !== after.certainty) {
      news.push(["card.changed", "certainty", before.certainty, after.certainty, time]);
    }
    if (!news.length) return;
    this.changes = [...news, ...this.changes].slice(0, 3);
    write(byId("say"), news.map(changeText).join(" "));
  }

  draw() {
    const { card, element } = this;
    if (!card) return;
    const look = lookOf(card.verdict);
    element.dataset.look = look;
    element.dataset.certainty = card.verdict.certainty;
    element.dataset.place = this.placeId;
    arrangeParts(element, [...this.top(card, look), ...this.under(card)]);
    this.fill(card);
  }

  /** @param {Desk.Card} card @param {Ui.Look} look @returns {(Ui.Part | null)[]} */
  top({ place, verdict, calls }, look) {
    const { changes } = this;
    return [
      { key: "head", mark: place, make: () => head(place) },
      { key: "verdict", mark: verdict, make: () => verdictBand(verdict, look) },
      changes.length ? { key: "changes", mark: changes, make: () => changeList(changes) } : null,
      { key: "actions", mark: "", make: () => this.actionsPart() },
      { key: "sentence", mark: "", make: sentencePart },
      calls?.count_30min ? { key: "calls", mark: calls, make: () => callsPart(calls) } : null,
    ];
  }

  /** @param {Desk.Card} card @returns {Ui.Part[]} */
  under(card) {
    const { sections = [], route, buses = [], works = [], incidents = [], place, detour } = card;
    const { open, closure } = this.actions;
    return [
      { key: "clauses", mark: "", make: () => part("clauses", t("card.details"), el("dl")) },
      { key: "sections", mark: sections, make: () => sectionsPart(sections, open, route ? 1 : 2) },
      { key: "route", mark: route || null, make: () => routePart(route) },
      { key: "buses", mark: buses, make: () => busesPart(buses) },
      { key: "works", mark: works, make: () => worksPart(works) },
      { key: "incidents", mark: [incidents, may("act")], make: () => incidentsPart(incidents, closure) },
      { key: "sketch", mark: [place.links, detour?.links], make: () => sketch(card) },
      { key: "sources", mark: "", make: () => part("sources", t("card.sources"), el("ol")) },
    ];
  }

  /** What changes within the parts that stay. @param {Desk.Card} card */
  fill(card) {
    const { clauses, sources, works = [], age_ms } = card;
    const phones = [...works, ...sources].flatMap(({ phone }) => phone || []), ages = this.find(".ages");
    write(this.find(".sentence"), this.sentence);
    arrangeParts(this.find(".clauses dl"), clauses.map((clause) => (
      { key: clause.name, mark: [clause, phones], make: () => clauseRow(clause, phones) })));
    arrangeParts(this.find(".sources ol"), sources.map((source) => {
      const { id: key, kind, ref, at_ms } = source;
      return { key, mark: [kind, ref, at_ms, localized(source)], make: () => sourceRow(source) };
    }));
    const isAged = (age_ms ?? null) !== null;
    this.find(".ages .ago").dataset.at = isAged ? String(Number(this.body?.now_ms) - Number(age_ms)) : "";
    ages.classList.toggle("is-stale", Boolean(card.is_stale));
    this.tick();
  }

  /** @param {string} selector of a part that surely stands */
  find(selector) { return /** @type {HTMLElement} */ (this.element.querySelector(selector)); }

  /** Every age on the card, counting up; in a look at the past they stand. */
  tick() {
    if (!this.body) return;
    const now = this.body.past ? this.body.now_ms : this.clock.now();
    /** @type {NodeListOf<HTMLElement>} */
    const times = this.element.querySelectorAll("time[data-at]");
    for (const time of times) {
      const age = time.dataset.at ? ago(Math.max(0, now - Number(time.dataset.at))) : t("never");
      write(time, time.parentElement?.classList.contains("ages") ? t("card.age_line", { age }) : age);
    }
  }

  actionsPart() {
    const box = el("div", "actions"), label = el("label", "reference"), input = el("input");
    const note = el("span", "note", t("card.reference.note")), ages = el("p", "ages"), age = ageTime(null);
    input.id = "reference";
    input.type = "text";
    input.maxLength = 20;
    input.autocomplete = "off";
    input.spellcheck = false;
    input.placeholder = t("card.reference.hint");
    input.setAttribute("aria-describedby", "reference-note");
    note.id = "reference-note";
    age.dataset.at = "";
    ages.append(age);
    label.append(el("span", "", t("card.reference")), input);
    const copy = actButton("copy", "F2", () => this.actions.copy());
    box.append(copy, actButton("log", "F8", () => this.actions.log()), label, ages, note);
    return box;
  }
}

/** @param {Desk.Card} card */
const idOf = ({ place }) => `${place.kind}:${place.id}`;

function sentencePart() {
  const text = el("p", "sentence");
  text.tabIndex = 0;
  text.dataset.key = "sentence";
  return part("said", t("card.sentence"), text);
}

/** @param {string} name @param {string} key @param {() => void} act */
function actButton(name, key, act) {
  const made = makeButton(name, t("card." + name) + " ", act);
  made.dataset.key = name;
  made.append(el("kbd", "", key));
  return made;
}

/** @param {Desk.Place} place */
function head(place) {
  const header = el("header", "head"), map = el("a", "map", t("card.on_map"));
  header.append(el("span", "kind", t("kind." + place.kind)), el("h2", "", place.title));
  header.append(el("p", "under", place.subtitle || ""), map);
  map.href = mapAddress(place);
  return header;
}

/** @param {Desk.Place} place */
function mapAddress({ kind, id, links, lon, lat }) {
  if (kind === "work") return "/#work=" + encodeURIComponent(id);
  if (links?.length) return "/#link=" + encodeURIComponent(links[0]);
  return lon ? `/#map=16/${lat}/${lon}` : "/";
}

/** @param {Desk.Verdict} given @param {Ui.Look} look */
function verdictBand(given, look) {
  const band = el("div", "verdict " + look), word = el("p", "word");
  word.append(el("b", "", verdictWord(given)));
  if (document.documentElement.lang === languages()[0]) {
    textsOf(given, "word").forEach((text, k) => {
      if (k && text) word.append(Object.assign(el("small", "", text), { lang: languages()[k] }));
    });
  }
  band.append(lookIcon(look), word, certaintyChip(given.certainty, true));
  return band;
}

/** @param {News} news */
function changeText([key, kind, from, to, time]) {
  return t(key, { from: t(`${kind}.${from}`), to: t(`${kind}.${to}`), time });
}

/** @param {News[]} rows */
function changeList(rows) {
  const list = el("ul", "changes-here");
  list.append(...rows.map((row) => el("li", "", changeText(row))));
  return list;
}
