// The answer card: verdict, certainty, the sentence to read out, and what they rest on. It redraws what changed only.
import { ageTime, busesPart, callsPart, clauseRow, incidentsPart, routePart, sectionsPart, sourceRow, worksPart } from "./facts.js";
import { el, write } from "../dom.js";
import { ago, clockText, t } from "../words.js";
import { localized } from "./ask.js";
import { arrangeParts, certaintyChip, lookIcon, lookOf, part, verdictWord } from "./parts.js";
import { sketch } from "./sketch.js";

export class DeskCard {
  /** `actions`: copy(), log(), open(id). */
  constructor(clock, actions) {
    Object.assign(this, { clock, actions, body: null, changes: [] });
    this.element = document.getElementById("card");
    this.say = document.getElementById("say");
    setInterval(() => this.tick(), 1000);
  }

  get card() { return this.body && this.body.card; }
  get placeId() { return this.card ? `${this.card.place.kind}:${this.card.place.id}` : ""; }
  get sentence() { return this.card ? localized(this.card, "sentence") : ""; }

  /** Shows an answer; one about the same place keeps focus, selection and what was typed. */
  show(body) {
    const before = this.card, isSame = before && this.placeId === `${body.card.place.kind}:${body.card.place.id}`;
    this.changes = isSame ? this.changes : [];
    if (isSame) this.compare(before.verdict, body.card.verdict);
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

  /** A verdict or a certainty that changed while the card was open is written and told. */
  compare(before, after) {
    const time = clockText(this.clock.now()).slice(0, 5);
    const said = [];
    if (before.closure !== after.closure) said.push(["card.verdict_changed", "closure", before.closure, after.closure, time]);
    if (before.certainty !== after.certainty) said.push(["card.changed", "certainty", before.certainty, after.certainty, time]);
    if (!said.length) return;
    this.changes = [...said, ...this.changes].slice(0, 3);
    write(this.say, said.map(changeText).join(" "));
  }

  draw() {
    const { card } = this;
    if (!card) return;
    const look = lookOf(card.verdict);
    Object.assign(this.element.dataset, { look, certainty: card.verdict.certainty, place: this.placeId });
    arrangeParts(this.element, [
      { key: "head", mark: card.place, make: () => head(card.place) },
      { key: "verdict", mark: card.verdict, make: () => verdict(card.verdict, look) },
      this.changes.length ? { key: "changes", mark: this.changes, make: () => changes(this.changes) } : null,
      { key: "actions", mark: "", make: () => this.actionsPart() },
      { key: "sentence", mark: "", make: () => this.sentencePart() },
      card.calls && card.calls.count_30min ? { key: "calls", mark: card.calls, make: () => callsPart(card.calls) } : null,
      { key: "clauses", mark: "", make: () => part("clauses", t("card.details"), el("dl")) },
      { key: "sections", mark: card.sections || [], make: () => sectionsPart(card.sections || [], this.actions.open, card.route ? 1 : 2) || el("i") },
      { key: "route", mark: card.route || null, make: () => routePart(card.route) || el("i") },
      { key: "buses", mark: card.buses || [], make: () => busesPart(card.buses || []) || el("i") },
      { key: "works", mark: card.works || [], make: () => worksPart(card.works || []) || el("i") },
      { key: "incidents", mark: card.incidents || [], make: () => incidentsPart(card.incidents || []) || el("i") },
      { key: "sketch", mark: [card.place.links, card.detour && card.detour.links], make: () => sketch(card) },
      { key: "sources", mark: "", make: () => part("sources", t("card.sources"), el("ol")) },
    ]);
    this.fill();
  }

  /** What changes within the parts that stay. */
  fill() {
    const { card, body } = this, find = (selector) => this.element.querySelector(selector);
    write(find(".sentence"), this.sentence);
    const phones = [...(card.works || []), ...(card.sources || [])].map((row) => row.phone);
    arrangeParts(find(".clauses dl"), card.clauses.map((clause) => ({ key: clause.name, mark: [clause, phones], make: () => clauseRow(clause, phones) })));
    arrangeParts(find(".sources ol"), card.sources.map((source) => ({ key: source.id, mark: [source.kind, source.ref, source.at_ms, source.ko], make: () => sourceRow(source) })));
    const has = card.age_ms !== null && card.age_ms !== undefined;
    find(".ages .ago").dataset.at = has ? String(body.now_ms - card.age_ms) : "";
    find(".ages").classList.toggle("is-stale", Boolean(card.is_stale));
    this.tick();
  }

  /** Every age on the card, counting up; in a look at the past they stand. */
  tick() {
    if (!this.card) return;
    const now = this.body.past ? this.body.now_ms : this.clock.now();
    for (const time of this.element.querySelectorAll("time[data-at]")) {
      const word = time.dataset.at ? ago(Math.max(0, now - Number(time.dataset.at))) : t("never");
      write(time, time.parentElement.classList.contains("ages") ? t("card.age_line", { age: word }) : word);
    }
  }

  sentencePart() {
    const text = el("p", "sentence");
    text.tabIndex = 0;
    text.dataset.key = "sentence";
    return part("said", t("card.sentence"), text);
  }

  actionsPart() {
    const box = el("div", "actions"), label = el("label", "reference"), input = el("input"), note = el("span", "note", t("card.reference.note"));
    Object.assign(input, { id: "reference", type: "text", maxLength: 20, autocomplete: "off", spellcheck: false });
    input.placeholder = t("card.reference.hint");
    input.setAttribute("aria-describedby", "reference-note");
    note.id = "reference-note";
    label.append(el("span", "", t("card.reference")), input);
    box.append(button("copy", "card.copy", "F2", () => this.actions.copy()), button("log", "card.log", "F8", () => this.actions.log()), label, ages(), note);
    return box;
  }
}

function button(name, word, key, act) {
  const made = el("button", name);
  made.type = "button";
  made.dataset.key = name;
  made.append(t(word), " ", el("kbd", "", key));
  made.addEventListener("click", act);
  return made;
}

function head(place) {
  const header = el("header", "head"), map = el("a", "map", t("card.on_map"));
  header.append(el("span", "kind", t("kind." + place.kind)), el("h2", "", place.title), el("p", "under", place.subtitle || ""), map);
  map.href = mapAddress(place);
  return header;
}

function mapAddress({ kind, id, links, lon, lat }) {
  if (kind === "work") return "/#work=" + encodeURIComponent(id);
  if (links && links.length) return "/#link=" + encodeURIComponent(links[0]);
  return lon ? `/#map=16/${lat}/${lon}` : "/";
}

function verdict(given, look) {
  const band = el("div", "verdict " + look), word = el("p", "word");
  word.append(el("b", "", verdictWord(given)));
  if (document.documentElement.lang !== "en" && given.word_en) word.append(Object.assign(el("small", "", given.word_en), { lang: "en" }));
  band.append(lookIcon(look), word, certaintyChip(given.certainty, true));
  return band;
}

function changeText([key, kind, from, to, time]) {
  return t(key, { from: t(`${kind}.${from}`), to: t(`${kind}.${to}`), time });
}

function changes(rows) {
  const list = el("ul", "changes-here");
  list.append(...rows.map((row) => el("li", "", changeText(row))));
  return list;
}

function ages() {
  const p = el("p", "ages");
  p.append(ageTime(null));
  p.firstChild.dataset.at = "";
  return p;
}
