// The card of what is chosen: a link, a work, an incident or a bus. Everything in it is set as text.
import { dial, el, write } from "../dom.js";
import { flagText } from "../flags.js";
import { beginText, firstEndText, hoursText, unknownText, untilText } from "../period.js";
import { WorkPhotos } from "../photos.js";
import { signOf } from "../signs.js";
import { ago, clockText, feedName, hasWord, t, timeText } from "../words.js";
import { fillFacts } from "./feeds.js";
import { isOver } from "./marks-layer.js";
import { LEVELS } from "./state.js";
import { permitOf } from "./works.js";

const REFETCH_MS = 5000;
const SEEN_EVERY_MS = 660000; // a work that is only listed again is written every ten minutes

export class Card {
  constructor(state, clock, actions) {
    Object.assign(this, { state, clock, actions });
    this.element = document.getElementById("card");
    this.photos = new WorkPhotos();
    setInterval(() => { if (this.ageOf) write(this.ageOf.element, this.ageText(this.ageOf.ms)); }, 1000);
  }

  /** Shows what the state says is chosen; `picture` is the city's. */
  show(picture) {
    this.picture = picture;
    const { chosen } = this.state;
    this.ageOf = null;
    if (!chosen || !picture) return this.close();
    const isFocused = this.element.contains(document.activeElement);
    const draw = { link: () => this.showLink(chosen.id), work: () => this.showWork(chosen.id), incident: () => this.showIncident(chosen.id), clash: () => this.showClash(chosen.id), report: () => this.showReport(chosen.id), alert: () => this.showAlert(chosen.id), bus: () => this.showBus(chosen.id) }[chosen.kind];
    this.element.hidden = false;
    this.element.dataset.kind = chosen.kind;
    draw();
    if (isFocused) this.element.focus();
    return undefined;
  }

  /** Takes the keyboard, and gives it back to where it came from when the card closes. */
  focus() {
    if (this.element.hidden) return;
    this.opener = document.activeElement;
    this.element.focus();
  }

  close() {
    const { opener } = this;
    this.opener = null;
    if (opener && opener.isConnected && this.element.contains(document.activeElement)) opener.focus();
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Something of the picture changed: draw again if it is about what is chosen. */
  refresh(links, isPoints) {
    const { chosen } = this.state;
    if (!chosen || this.element.hidden) return;
    if (chosen.kind === "link" && links.has(this.picture.network.indexOf.get(chosen.id))) this.show(this.picture);
    if (chosen.kind !== "link" && isPoints) this.show(this.picture);
  }

  head(kind, title, sub) {
    const head = el("header"), close = el("button", "close");
    const small = el("span", "kind"), heading = el("h2");
    small.textContent = kind;
    heading.textContent = title;
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", t("close"));
    close.addEventListener("click", () => this.actions.choose(null));
    head.append(small, close, heading);
    if (sub && sub !== title) {
      const under = el("p", "under");
      under.textContent = sub;
      head.append(under);
    }
    return head;
  }

  facts(rows) {
    const list = el("dl", "facts");
    fillFacts(list, rows);
    return list;
  }

  put(...parts) { this.element.replaceChildren(...parts.filter(Boolean)); }

  ageText(ms) { return ms ? `${ago(this.clock.now() - ms)} (${clockText(ms)})` : t("never"); }

  /** When a work was last in its list; the time is only written every ten minutes, so nothing finer is said. */
  seenText(ms) { return ms && this.clock.now() - ms < SEEN_EVERY_MS ? t("seen.fresh") : this.ageText(ms); }

  showLink(id) {
    const { network } = this.picture;
    const i = network.indexOf.get(id);
    if (i === undefined) return this.put(this.head(t("kind.section"), id), this.note("card.failed"));
    this.detail = this.detail && this.detail.id === id ? this.detail : null;
    this.drawLink(i);
    return this.fetchLink(id, i);
  }

  async fetchLink(id, i) {
    const now = performance.now();
    if (this.asked === id && now - this.asked_ms < REFETCH_MS) return;
    this.asked = id;
    this.asked_ms = now;
    try {
      const answer = await fetch("/api/v1/links/" + encodeURIComponent(id));
      if (!answer.ok) return;
      this.detail = await answer.json();
      if (this.state.chosen && this.state.chosen.id === id) this.drawLink(i);
    } catch { /* the card keeps what the stream says */ }
  }

  drawLink(i) {
    const { network, speeds, levels, certainty, closures } = this.picture;
    const level = LEVELS[levels[i]], letter = certainty[i] || "l", detail = this.detail;
    const big = el("p", "speed " + level), value = el("b"), word = el("span", "level-word");
    value.textContent = speeds[i] < 0 ? "–" : String(speeds[i]);
    word.textContent = t("level." + level);
    const unit = el("span", "unit");
    unit.textContent = "km/h";
    big.append(value, unit, word);
    const age = el("span");
    if (detail) { age.textContent = this.ageText(detail.observed_ms); this.ageOf = detail.observed_ms ? { element: age, ms: detail.observed_ms } : null; }
    this.put(
      this.head(t("kind.section"), network.nameOf(i), network.roads[i]), big,
      this.facts([
        ["card.closure", this.closure(i, closures.get(i) || "none")], ["card.certainty", this.certainty(letter)],
        ["card.samples", detail ? sampleText(detail) : ""], ["card.age", detail ? age : ""],
        ["card.length", network.lengths[i] + " m"], ["card.free_flow", Math.round(network.free[i]) + " km/h"],
      ]),
      this.items("card.works", "work", this.worksOn(i)), this.items("card.incidents", "incident", this.incidentsOn(i)),
      this.small(network.ids[i]),
    );
  }

  /** What is closed, and how sure that is: another question than how sure the speed is. */
  closure(i, closure) {
    const both = el("span"), sure = this.picture.sure.get(i);
    both.append(el("b", "", t("closure." + closure)));
    if (sure) both.append(" ", el("span", "why sure " + sure, t("sure." + sure, { n: this.detail ? this.detail.buses_through : "" })));
    return both;
  }

  /** How sure the speed is. A link that had observations and one that never had are told apart. */
  certainty(letter) {
    const both = el("span"), word = el("b", "certainty " + letter), why = el("span", "why");
    const isNever = letter === "l" && this.detail && !this.detail.observed_ms;
    const isLost = letter === "l" && this.detail && this.detail.observed_ms;
    word.textContent = t(isNever ? "certainty.never" : "certainty." + letter);
    why.textContent = t(isNever ? "certainty.never.why" : isLost ? "certainty.lost.why" : `certainty.${letter}.why`);
    both.append(word, " ", why);
    return both;
  }

  worksOn(i) { return [...this.picture.works.values()].filter((work) => !isOver(work) && work.links.includes(i)); }

  incidentsOn(i) { return [...this.picture.incidents.values()].filter((incident) => incident.links.includes(i)); }

  showWork(id) {
    const work = this.picture.works.get(id);
    if (!work) return this.put(this.head(t("kind.work"), id), this.note("card.gone"));
    const sign = signOf(work.closure);
    const verdict = el("p", "verdict " + sign), closure = el("b"), phase = el("span");
    closure.textContent = t("closure." + work.closure);
    phase.textContent = t("phase." + work.phase);
    verdict.append(closure, phase);
    return this.put(
      this.head(t("kind.work"), work.title || id, id), verdict,
      this.facts([
        ["card.organisation", this.organisation(work)], ["card.place", work.place],
        ["card.doubt", (work.doubts || []).map((doubt) => t("doubt." + doubt)).join(" · ")],
        ["card.noted", flagText(work)],
        ["card.period", period(work, unknownText(work))],
        ["card.dig", work.dig_starts_ms && work.dig_ends_ms ? period({ starts_ms: work.dig_starts_ms, ends_ms: work.dig_ends_ms }) : ""],
        ["card.restore", work.restore_starts_ms && work.restore_ends_ms ? period({ starts_ms: work.restore_starts_ms, ends_ms: work.restore_ends_ms }) : ""],
        ["card.extended", firstEndText(work)],
        ["card.started", saidText(work.started)], ["card.ended", saidText(work.ended)],
        ["card.hours", hoursText(work.hours)], ["card.lanes", work.lanes_closed ? t("card.lanes.n", { n: work.lanes_closed }) : ""],
        ["card.width", work.remaining_width_m ? t("card.width.m", { n: work.remaining_width_m }) : ""], ["card.direction", work.direction],
        ["card.also", (work.also_closed || []).map((also) => t("closure." + also)).join(", ")],
        ["card.unlisted", work.unlisted_ms ? t("card.unlisted.since", { age: this.ageText(work.unlisted_ms) }) : ""],
        ["card.purpose", work.purpose], ["card.seen", this.seenText(work.seen_ms)],
      ]),
      work.links.length ? this.items("card.links", "link", work.links.slice(0, 12)) : this.note("card.nowhere"),
      this.photos.of(id), this.items("card.spots", "spot", this.otherSpots(work)), this.pageLink(id),
    );
  }

  otherSpots(work) {
    const permit = permitOf(work);
    return [...this.picture.works.values()].filter((other) => other.id !== work.id && permitOf(other) === permit);
  }

  organisation(work) {
    if (!work.phone) return work.organisation;
    const both = el("span"), phone = el("a");
    phone.textContent = work.phone;
    phone.href = dial(work.phone);
    both.append(work.organisation || "", " ", phone);
    return both;
  }

  pageLink(id) {
    const p = el("p", "actions"), link = el("a", "button");
    link.href = "/w/" + encodeURIComponent(id);
    link.textContent = t("card.page");
    p.append(link);
    return p;
  }

  showIncident(id) {
    const incident = this.picture.incidents.get(id);
    if (!incident) return this.put(this.head(t("kind.incident"), id), this.note("card.gone"));
    return this.put(
      this.head(t("incident." + incident.kind), incident.title || id, incident.road_name),
      this.facts([
        ["card.closure", t("closure." + (incident.closure || "unknown"))], ["card.lanes", incident.lanes], ["card.direction", incident.direction],
        ["card.source", feedName(incident.feed)],
        ["card.since", timeText(incident.starts_ms)], ["card.until", incident.ends_ms ? timeText(incident.ends_ms) : t("card.open_end")],
        ["card.noted", flagText(incident)], ["card.age", this.ageText(incident.seen_ms)],
      ]),
      incident.links.length ? this.items("card.links", "link", incident.links.slice(0, 12)) : this.note("card.nowhere"),
    );
  }

  showBus(id) {
    const row = this.picture.buses.get(id);
    if (!row) return this.actions.choose(null);
    const age = el("span");
    age.textContent = this.ageText(row[5]);
    this.ageOf = row[5] ? { element: age, ms: row[5] } : null;
    return this.put(this.head(t("bus"), t("bus.title", { no: row[1] })), this.facts([["card.age", age], ["card.stop", row[6] ? this.picture.network.stopName(row[6]) || row[6] : ""]]));
  }

  /** A list of other things to choose: links by index, works and incidents as they are. */
  items(key, kind, things) {
    if (!things.length) return null;
    const section = el("section", "others"), heading = el("h3"), list = el("ul");
    heading.textContent = t(key);
    for (const thing of things) list.append(kind === "link" ? this.linkItem(thing) : this.thingItem(kind, thing));
    section.append(heading, list);
    return section;
  }

  linkItem(i) {
    const { network, levels, speeds } = this.picture;
    const level = LEVELS[levels[i]];
    const text = `${t("level." + level)}${speeds[i] < 0 ? "" : ` ${speeds[i]} km/h`}`;
    return this.item({ kind: "link", id: network.ids[i] }, "line " + level, network.nameOf(i), text);
  }

  thingItem(kind, thing) {
    if (kind === "spot") return this.spotItem(thing);
    const text = kind === "work" ? `${t("closure." + thing.closure)} · ${t("phase." + thing.phase)}` : t("incident." + thing.kind);
    return this.item({ kind, id: thing.id }, "dot " + (kind === "work" ? signOf(thing.closure) : "incident"), thing.title || thing.id, text);
  }

  /** A spot has its permit's title: what tells it from the others is its road, else its number. */
  spotItem(spot) {
    const name = spot.links.length ? this.picture.network.nameOf(spot.links[0]) : spot.id;
    return this.item({ kind: "work", id: spot.id }, "dot " + signOf(spot.closure), name, t("closure." + spot.closure));
  }

  item(chosen, icon, title, text) {
    const li = el("li"), button = el("button", "other"), name = el("span", "name"), state = el("span", "state");
    button.type = "button";
    name.textContent = title;
    state.textContent = text;
    button.append(el("i", icon), name, state);
    button.addEventListener("click", () => this.actions.choose(chosen, true));
    li.append(button);
    return li;
  }

  note(key) {
    const p = el("p", "note");
    p.textContent = t(key);
    return p;
  }

  small(text) {
    const p = el("p", "small-id");
    p.textContent = text;
    return p;
  }
}

/** When something really happened, and who said so. */
function saidText(said) {
  return said && said.at_ms ? t("card.said", { time: timeText(said.at_ms), by: t("said." + said.by) }) : "";
}

/** A period whose two times do not break in a line; under it `why` one of them is not known. */
function period(row, why = "") {
  const both = el("span"), from = el("span", "time"), to = el("span", "time");
  from.textContent = beginText(row) + " ~";
  to.textContent = untilText(row);
  both.append(from, " ", to);
  if (why) both.append(" ", el("span", "why", why));
  return both;
}

function sampleText(detail) {
  return Object.entries(detail.sources || {}).map(([name, n]) => hasWord("sample." + name) ? t("sample." + name, { n }) : `${name.toUpperCase()} ${n}`).join(", ");
}
