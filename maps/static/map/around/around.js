// The thing the keyboard stands at: a ring around it on the map, its name said, its card on Enter.
import { byId, el, write } from "../../dom.js";
import { t } from "../../words.js";
import { sheet } from "../charts/plot.js";
import { KINDS } from "../kinds.js";
import { AroundList, kindText } from "./list.js";
import { byDistance, metresAPixel, nextIn, thingsInView, windOf } from "./things.js";

/** @typedef {import("./things.js").Thing} Thing */
/** @typedef {import("./things.js").Point} Point */

const PAN_SHARE = 0.4; // of the map, where nothing more is in a direction

export class Around {
  at = /** @type {(Thing & {place: import("leaflet").LatLng}) | null} */ (null);
  ring = el("div", "around-ring");
  said = byId("around-said");

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    this.list = new AroundList(this);
    const container = live.map.getContainer();
    this.ring.hidden = true;
    this.ring.setAttribute("aria-hidden", "true");
    container.append(this.ring);
    sheet("../../css/around.css");
    live.map.on("move zoomend", () => this.place());
    container.addEventListener("blur", () => { if (!this.list.isOpen) this.hide(); });
    container.addEventListener("focus", () => this.place());
    container.addEventListener("keydown", (e) => { if (e.key === "Escape") this.leave(); });
  }

  get middle() { return this.live.map.getSize().divideBy(2); }

  things() { return thingsInView(this.live, this.live.map.getSize()); }

  /** To the next thing in a direction; where there is none the map moves there. @param {Point} towards */
  step(towards) {
    const things = this.things(), next = nextIn(things, this.from(), towards);
    if (next) { this.go(next); return; }
    const { x, y } = this.live.map.getSize();
    this.live.map.panBy([towards.x * x * PAN_SHARE, towards.y * y * PAN_SHARE]);
    this.say(t("around.moved"));
  }

  /** Where a step begins: at the thing one stands at while it is in view, else in the middle.
   * @returns {Point} */
  from() {
    const { at, live: { map } } = this, size = map.getSize();
    const point = at ? map.latLngToContainerPoint(at.place) : this.middle;
    const isInView = point.x >= 0 && point.y >= 0 && point.x <= size.x && point.y <= size.y;
    return isInView ? point : this.middle;
  }

  /** Opens the card of the thing one stands at, else of the one nearest to the middle. */
  open() {
    if (!this.at) {
      const [nearest] = byDistance(this.things(), this.middle);
      if (!nearest) { this.say(t("around.none")); return; }
      this.go(nearest);
    }
    if (this.at) this.choose(this.at);
  }

  /** @param {{kind: string, id: string}} thing */
  choose({ kind, id }) {
    this.live.choose({ kind, id });
    this.live.card.focus();
  }

  /** Stands at a thing, and says what it is and where. @param {Thing} thing @param {boolean} [isSaid] */
  go(thing, isSaid = true) {
    const point = /** @type {import("leaflet").PointExpression} */ ([thing.x, thing.y]);
    this.at = { ...thing, place: this.live.map.containerPointToLatLng(point) };
    this.place();
    if (isSaid) this.say(`${this.nameOf(thing)}, ${this.whereText(thing)}`);
  }

  leave() {
    this.at = null;
    this.hide();
  }

  hide() {
    this.ring.hidden = true;
    this.live.pointer.hint(null, { x: 0, y: 0 });
  }

  /** Puts the ring and the line beside it where the thing is. */
  place() {
    const { at, live: { map, pointer } } = this;
    if (!at) return;
    const { x, y } = map.latLngToContainerPoint(at.place);
    this.ring.hidden = false;
    this.ring.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    pointer.hint(at, { x, y });
  }

  /** @param {string} text */
  say(text) { write(this.said, text); }

  /** What kind it is, and its name. @param {Thing} thing */
  nameOf({ kind, id, index }) {
    const { picture } = this.live;
    const name = picture && KINDS[kind].hint?.(picture, id, index) || id;
    return name.includes(kindText(kind)) ? name : `${kindText(kind)} ${name}`;
  }

  /** How far from the middle of the map it is, and in which direction. @param {Thing} thing */
  whereText(thing) {
    const { map } = this.live, { middle } = this, px = Math.hypot(thing.x - middle.x, thing.y - middle.y);
    const metres = px * metresAPixel(map.getCenter().lat, map.getZoom());
    const n = metres < 1000 ? Math.round(metres / 10) * 10 : Math.round(metres / 100) / 10;
    const wind = t("wind." + windOf(thing, middle));
    return t(metres < 1000 ? "around.metres" : "around.kilometres", { n, wind });
  }
}
