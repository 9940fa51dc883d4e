// The wall of a control room: the map, the figures, and the tour of what stands; or an operator's screen.
import { LiveSign } from "../clock.js";
import { byId } from "../dom.js";
import { getJson } from "../get.js";
import { whoAmI } from "../session.js";
import { screenScale } from "../palette.js";
import { t, useLanguage } from "../words.js";
import { CityMap } from "../map/city-map.js";
import { ADDRESSED } from "../map/kinds.js";
import { L } from "../map/leaflet.js";
import { State } from "../map/state.js";
import { afterPaint } from "../map/turns.js";
import { keepAwake } from "./awake.js";
import { Following, zoomFor } from "./following.js";
import { settingsOf } from "./settings.js";
import { Signs } from "./signs.js";
import { Spot } from "./spot.js";
import { WallTools } from "./tools.js";
import { stopsOf, Tour } from "./tour.js";

/** @typedef {import("../map/city-map.js").Options} Options */

const CLOSE_ZOOM = 14.5; // at the size of a desk's letters; letters and marks grow with the wall
const PADDING_PX = 40, TICK_MS = 250, LOOK_EVERY_MS = 1000;

/** The address of a wall is written by hand: nothing is kept in it. */
class WallState extends State {
  constructor() {
    super();
    addEventListener("hashchange", () => { this.read(); this.notify("address"); });
  }

  /** What is chosen, and the time, are the tour's or those of the screen that is followed. */
  read() {
    const { chosen, at_ms, isThen } = this;
    super.read();
    Object.assign(this, { chosen, at_ms, isThen });
  }
}

export class Wall extends CityMap {
  settings = settingsOf(location.hash);
  tour = new Tour(this.settings.seconds * 1000);
  following = new Following(() => this.onShown());
  spot = new Spot(this);
  signs = new Signs(this);
  momentAsked = "";
  isOver = false; // the login is
  hasFailed = false; // the moment could not be read
  isHome = true;
  still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {Ui.LeafletMap} map @param {Options} options */
  constructor(map, options) {
    super(map, options, new WallState());
    this.sign = new LiveSign(this.clock, this.stream);
    this.prepare();
    map.options.zoomSnap = 0;
    map.keyboard.disable(); // the arrows are the tour's
    map.fitBounds(options.bounds, { animate: false });
    map.on("moveend", () => this.stream.looking.soon());
    map.on("move", () => this.stream.looking.onTheWay());
    this.state.on(() => this.read());
    this.tools = new WallTools(this);
    keepAwake((isAwake) => {
      document.documentElement.dataset.awake = isAwake ? "1" : "0";
      this.tools.show();
    });
    this.askWho();
    this.read();
    this.stream.start();
    setInterval(() => this.tick(), TICK_MS);
    setInterval(() => this.show(), LOOK_EVERY_MS);
  }

  /** What the address says. */
  read() {
    this.settings = settingsOf(location.hash);
    this.tour.stay_ms = this.settings.seconds * 1000;
    if (this.following.isOn !== this.settings.isFollowing) this.following.turn(this.settings.isFollowing);
    this.repaintAll();
    this.ground?.repaint();
    this.translate();
  }

  translate() {
    useLanguage(this.state.lang);
    document.title = t("wall.page", { city: this.options.city });
    this.ground?.translate();
    this.sign.show();
    this.tools.show();
    this.show();
  }

  /** @param {Api.Snapshot} snapshot */
  load(snapshot) {
    super.load(snapshot);
    if (!this.now) return;
    this.sign.picture = this.now;
    this.sign.store = snapshot.store || "ok";
    this.sign.trouble = snapshot.trouble || "";
    this.buses?.update(false);
    this.repaintAll();
    this.isReady = true;
    byId("simulated").hidden = !(this.options.simulated || this.now.simulated);
    this.sign.show();
    this.follow();
    const rest = () => afterPaint(() => {
      document.documentElement.dataset.ready = "1";
      if (this.options.basemap && !this.ground) this.showGround();
    });
    if (this.links) this.links.whenShown(rest); else rest();
  }

  /** @param {Api.Delta} delta @param {string} id */
  take(delta, id) {
    const touched = super.take(delta, id);
    if (!touched) return null;
    if (delta.store) this.sign.store = delta.store;
    if (delta.trouble !== undefined) this.sign.trouble = delta.trouble;
    if (document.documentElement.dataset.live !== "live") this.sign.show();
    if (touched.kinds.has("situation")) this.takeSituations();
    if (this.picture === this.now) {
      this.note(touched);
      this.askFrame();
    }
    return touched;
  }

  showState() {
    this.sign.show();
    this.signs.showBig();
    if (this.stream.connection === "broken" || this.stream.failure) this.askWho();
  }

  /** Who may look here: a line that breaks may be a login that is over. */
  async askWho() {
    try {
      const { may, door } = await whoAmI();
      this.isOver = !may.includes("see");
      byId("open-door").hidden = door !== "open";
    } catch (error) {
      this.isOver = [401, 403].includes(Number(Reflect.get(Object(error), "status")));
    }
    this.signs.showBig();
  }

  /** @param {Set<string>} tiles @param {Api.TileRows[]} rows */
  look(tiles, rows) {
    super.look(tiles, rows);
    if (this.isReady) for (const layer of this.layers) layer.canvas.repaint();
    if (this.picture !== this.now) this.askMoment(true);
  }

  /** What stands is another. */
  takeSituations() {
    if (!this.now) return;
    const stops = stopsOf(this.now.rows.situation.values(), this.clock.now());
    const isOther = this.tour.take(stops, performance.now());
    if (isOther) this.toStop(); else this.show();
  }

  /** The view follows an operator's screen, else the tour. */
  follow() {
    this.takeSituations();
    if (this.following.shown) this.onShown(); else this.toStop();
  }

  /** Whether an operator's screen is followed now. */
  get isFollowing() { return this.following.shown !== null; }

  /** Another view is shown on the wall, or none any more. */
  onShown() {
    const { shown } = this.following;
    document.documentElement.dataset.follow = shown ? "1" : "0";
    this.setMoment(shown);
    if (!this.isReady) return;
    if (!shown) { this.toStop(); return; }
    const at = /** @type {[number, number]} */ ([shown.lat, shown.lon]);
    this.isHome = false;
    this.map.stop();
    this.map.setView(at, zoomFor(shown, this.map.getSize()), { animate: !this.still.matches });
    this.choose(ADDRESSED.includes(shown.kind) ? { kind: shown.kind, id: shown.id } : null);
    this.show();
  }

  /** The time of a followed screen, or now. @param {import("./following.js").Shown | null} shown */
  setMoment(shown) {
    this.state.at_ms = shown ? shown.at_ms : null;
    this.state.isThen = shown !== null && shown.is_then;
    this.askMoment();
  }

  /** Reads the moment that the followed screen shows; the last that was asked for counts.
   * @param {boolean} [isAnew] */
  async askMoment(isAnew = false) {
    const query = this.state.momentQuery(this.clock.now());
    if (query === this.momentAsked && !isAnew) return;
    this.momentAsked = query;
    this.hasFailed = false;
    this.signs.showMoment();
    if (!query) { this.turnTo(null); this.sign.show(); return; }
    try {
      const moment = await getJson("/api/v1/moment?" + query);
      if (query === this.momentAsked) this.turnTo(moment);
    } catch {
      if (query === this.momentAsked) this.hasFailed = true;
    }
    this.sign.show();
    this.signs.showMoment();
  }

  /** Shows the stop of the tour: its caption, its mark, and the map there. */
  toStop() {
    if (!this.isReady || this.isFollowing) return;
    const { stop } = this.tour, isShown = this.settings.hasTour && stop;
    this.choose(isShown ? { kind: "situation", id: stop.id } : null);
    this.flyTo(isShown ? stop : null);
    this.show();
  }

  /** @param {Ui.Chosen | null} chosen */
  choose(chosen) {
    this.state.chosen = chosen;
    if (!this.picture) return;
    const { links, place } = this.whereIs(this.picture, chosen);
    this.marks?.choose(links, place);
  }

  /** To where something is; without a place, or of nothing, to the whole city.
   * @param {Api.Situation | null} row */
  flyTo(row) {
    const bounds = row && this.boundsOf(row), { map } = this;
    if (!bounds && this.isHome) return;
    this.isHome = !bounds;
    const to = bounds || this.homeBounds(), scale = screenScale(), room = bounds ? PADDING_PX * scale : 0;
    const near = { maxZoom: CLOSE_ZOOM + Math.log2(scale), padding: L.point(room, room) };
    map.stop();
    map.fitBounds(to, { ...near, animate: false }); // a flight would show blank ground
  }

  /** @param {Api.Situation} row @returns {import("leaflet").LatLngBoundsLiteral | null} */
  boundsOf(row) {
    const bounds = this.now?.network.bounds(row.links) || null;
    if (bounds) return bounds;
    const { lat, lon } = row;
    return lat === null || lon === null ? null : [[lat, lon], [lat, lon]];
  }

  tick() {
    if (!this.isReady || this.isFollowing || !this.settings.hasTour) return;
    if (this.tour.tick(performance.now())) this.toStop();
    this.spot.showStay();
  }

  /** What is counted to now: ages, figures, feeds. */
  show() {
    if (this.now && !this.isFollowing) {
      const stops = stopsOf(this.now.rows.situation.values(), this.clock.now());
      if (this.tour.take(stops, performance.now())) { this.toStop(); return; } // a snooze is over
    }
    this.spot.show();
    this.signs.show();
  }

  /** Whether what the picture lacks is really not there. */
  get isSure() { return this.sign.store === "ok" && (this.now?.clock_ms ?? null) !== null; }

  pause() {
    this.tour.turn(performance.now());
    this.tools.show();
    this.spot.show();
    this.spot.showStay();
  }

  /** @param {number} by */
  step(by) {
    if (this.isFollowing || !this.settings.hasTour) return;
    this.tour.step(by, performance.now());
    this.toStop();
    this.spot.showStay();
  }

}

/** The one wall of the page. @type {Wall | null} */
export let live = null;

/** What the page itself calls, once. @param {Ui.LeafletMap} map @param {Options} options */
export function start(map, options) { live = new Wall(map, options); }
