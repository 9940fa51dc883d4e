// The card of what is chosen. Its kind says what stands in it; everything is set as text.
import { getJson } from "../get.js";
import { byId, el, makeButton, makeList, write } from "../dom.js";
import { LEVELS } from "../levels.js";
import { WorkPhotos } from "../photos.js";
import { signOf } from "../signs.js";
import { clockText } from "../times.js";
import { ago, hasWord, t } from "../words.js";
import { CrewLinks } from "./crew-links.js";
import { fillFacts } from "./feeds.js";
import { KINDS } from "./kinds.js";
import { redraw } from "./redraw.js";

const REFETCH_MS = 5000;
const MOST_LINKS = 12;

export class Card {
  element = byId("card");
  photos = new WorkPhotos();
  dayBox = el("section", "link-day"); // stays, so that a chart keeps its cursor while the card is drawn anew
  crews = new CrewLinks();
  ageOf = /** @type {{element: HTMLElement, ms: number} | null} */ (null); // the age that goes on counting
  opener = /** @type {HTMLElement | null} */ (null);
  detail = /** @type {Api.Link | null} */ (null); // what the server knows besides of the link that is chosen
  asked = "";
  unknown = ""; // the link that nobody knows
  asked_ms = -Infinity;
  about = ""; // what was drawn last
  isPressed = false;
  isDue = false; // news came while it was pressed

  /**
   * @param {Ui.State} state @param {Ui.Clock} clock
   * @param {{choose: (chosen: Ui.Chosen | null, isFlying?: boolean) => void,
   *   acknowledge: (alert: Api.Alert) => void, closing: () => Ui.Closing,
   *   situation: (act: import("./situations/acts.js").Act, rows: Api.Situation[]) => void}} actions
   */
  constructor(state, clock, actions) {
    this.state = state;
    this.clock = clock;
    this.actions = actions;
    this.picture = /** @type {Ui.Picture} */ (/** @type {unknown} */ (null)); // until the first one is shown
    setInterval(() => { if (this.ageOf) write(this.ageOf.element, this.ageText(this.ageOf.ms)); }, 1000);
    // another button opens a menu, and nobody hears when that is let go
    this.element.addEventListener("pointerdown", ({ button }) => { this.isPressed = !button; });
    for (const name of ["pointerup", "pointercancel"]) {
      addEventListener(name, () => { if (this.isPressed) setTimeout(() => this.release()); });
    }
  }

  /** A press is over, and its click as well: what came in meanwhile is shown. */
  release() {
    this.isPressed = false;
    if (this.isDue) this.show(this.picture);
  }

  /** Shows what the state says is chosen. @param {Ui.Picture | null} picture the city's */
  show(picture) {
    const { chosen } = this.state;
    this.ageOf = null;
    this.isDue = false;
    if (picture) this.picture = picture;
    if (!chosen || !picture) return this.close();
    const parts = KINDS[chosen.kind].card?.(this, chosen.id);
    if (!parts) return this.actions.choose(null);
    this.element.hidden = false;
    this.put(chosen, [...parts, ...this.origin(chosen.kind)].filter((part) => part instanceof Element));
  }

  /** Another thing's card is drawn whole; the same one's under whoever is at work on it.
   * @param {Ui.Chosen} chosen @param {Element[]} parts */
  put({ kind, id }, parts) {
    const { element } = this, about = `${kind} ${id}`, isSame = this.about === about;
    const isFocused = element.contains(document.activeElement);
    element.dataset.kind = kind;
    this.about = about;
    if (isSame) { redraw(element, parts, (part) => part.contains(this.ageOf?.element || null)); return; }
    element.replaceChildren(...parts);
    if (isFocused) element.focus({ preventScroll: true });
  }

  /** What is done with a thing, or known of it now alone: nothing on a card of the history.
   * @template T @param {() => T} make */
  live(make) { return this.picture.isArchived ? null : make(); }

  /** Where a card of the history is from, and what that does not keep. @param {string} kind */
  origin(kind) {
    const key = "card.history." + kind;
    return this.picture.isArchived && hasWord(key)
      ? [el("p", "note from-history", t("card.from_history", { what: t(key) }))] : [];
  }

  /** Takes the keyboard, and gives it back to where it came from when the card closes. */
  focus() {
    if (this.element.hidden) return;
    this.opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.element.focus();
  }

  close() {
    const { opener } = this;
    this.opener = null;
    if (opener?.isConnected && this.element.contains(document.activeElement)) opener.focus();
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Something of the picture changed: draw again if it is about what is chosen. @param {Set<number>} links
   * @param {boolean} isThing */
  refresh(links, isThing) {
    const { chosen } = this.state;
    if (!chosen || this.element.hidden) return;
    const index = this.picture.network.indexOf.get(chosen.id) ?? -1;
    if (chosen.kind === "link" ? !links.has(index) : !isThing) return;
    if (this.isPressed) this.isDue = true; // a press on what is made anew would be lost
    else this.show(this.picture);
  }

  /** Asks for what only the server knows of a link, and draws again when it is there. @param {string} id */
  async readDetail(id) {
    const now = performance.now();
    if (this.detail?.id !== id) this.detail = null;
    const url = this.detailUrl(id);
    if (this.asked === url && now - this.asked_ms < REFETCH_MS) return;
    this.asked = url;
    this.asked_ms = now;
    try {
      const body = await getJson(url);
      if (this.detailUrl(id) === url) this.showDetail(body.links ? body.links[0] : body);
    } catch { /* the card keeps what the stream brings */ }
  }

  /** @param {string} id of a link */
  detailUrl(id) {
    const query = this.state.momentQuery(this.clock.now()), name = encodeURIComponent(id);
    return query ? `/api/v1/at?${query}&id=link:${name}` : "/api/v1/links/" + name;
  }

  /** @param {Api.Link} detail */
  showDetail(detail) {
    if (this.state.chosen?.id !== detail.id) return;
    this.detail = detail;
    this.show(this.picture);
  }

  /** The day of a link, drawn by scripts that are fetched for the first card of one. @param {string} id */
  day(id) {
    import("./charts/day-chart.js").then(({ showDay }) => showDay(this, this.dayBox, id))
      .catch(() => this.dayBox.replaceChildren(this.note("day.failed")));
    return this.dayBox;
  }

  /** @param {string} kind @param {string} title @param {string | null} sub */
  head(kind, title, sub = "") {
    const head = el("header"), close = makeButton("close", "×", () => this.actions.choose(null));
    close.setAttribute("aria-label", t("close"));
    head.append(el("span", "kind", kind), close, el("h2", "", title));
    if (sub && sub !== title) head.append(el("p", "under", sub));
    return head;
  }

  /** @param {[string, string | Node | null | undefined][]} rows */
  facts(rows) { return fillFacts(el("dl", "facts"), rows); }

  /** @param {Api.Time} ms */
  ageText(ms) {
    if (!ms && this.picture.isArchived) return ""; // the history does not keep it
    return ms ? `${ago(this.clock.shown() - ms)} (${clockText(ms)})` : t("never");
  }

  /** An age that goes on counting. @param {Api.Time} ms */
  age(ms) {
    const text = this.ageText(ms);
    if (!text) return null;
    const element = el("span", "", text);
    this.ageOf = ms ? { element, ms } : null;
    return element;
  }

  /** A list of other things to choose, under a heading; none where there are none.
   * @param {string} key @param {HTMLElement[]} items */
  items(key, items) {
    if (!items.length) return null;
    const section = el("section", "others");
    section.append(el("h3", "", t(key)), makeList("", items));
    return section;
  }

  /** @param {number[]} links */
  links(links) {
    const met = links.filter((i) => this.picture.network.isMet(i));
    return this.items("card.links", met.slice(0, MOST_LINKS).map((i) => this.linkItem(i)));
  }

  /** @param {number} i */
  linkItem(i) {
    const { network, levels, speeds } = this.picture, level = LEVELS[levels[i]];
    const text = `${t("level." + level)}${speeds[i] < 0 ? "" : ` ${speeds[i]} km/h`}`;
    return this.item({ kind: "link", id: network.ids[i] }, "line " + level, network.nameOf(i), text);
  }

  /** @param {Api.Work} work */
  workItem(work) {
    const text = `${t("closure." + work.closure)} · ${t("phase." + work.phase)}`;
    return this.item(choiceOf(work), "dot " + signOf(work.closure), work.title || work.id, text);
  }

  /** A spot has its permit's title: what tells it from the others is its road, else its number.
   * @param {Api.Work} spot */
  spotItem(spot) {
    const name = spot.links.length && this.picture.network.nameOf(spot.links[0]) || spot.id;
    return this.item(choiceOf(spot), "dot " + signOf(spot.closure), name, t("closure." + spot.closure));
  }

  /** @param {Api.Incident} incident */
  incidentItem({ id, title, kind }) {
    return this.item({ kind: "incident", id }, "dot incident", title || id, t("incident." + kind));
  }

  /** @param {Api.HandClosure} row */
  closureItem({ id, title, closure }) {
    return this.item({ kind: "closure", id }, "dot by_hand", title || id, t("closure." + closure));
  }

  /** @param {Api.Detour} detour */
  detourItem({ id, title, streets }) {
    const name = t("round.title", { no: title || "" });
    return this.item({ kind: "detour", id }, "dot detour", name, streets.join(", "));
  }

  /** @param {Ui.Chosen} chosen @param {string} icon @param {string} title @param {string} text */
  item(chosen, icon, title, text) {
    const li = el("li"), button = makeButton("other", null, () => this.actions.choose(chosen, true));
    button.append(el("i", icon), el("span", "name", title), el("span", "state", text));
    li.append(button);
    return li;
  }

  /** What stands in place of a link that the network has not met. @param {string} id */
  waitsFor(id) { return this.picture.network.index && this.unknown !== id ? "card.waiting" : "card.failed"; }

  /** @param {string} key */
  note(key) { return el("p", "note", t(key)); }
}

/** @param {Api.Work} work */
const choiceOf = ({ id }) => ({ kind: "work", id });
