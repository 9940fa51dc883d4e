// A map of the city that follows the stream: its picture, and the layers that paint it. A page adds the rest.
import { Clock } from "../clock.js";
import { BusesLayer } from "./buses-layer.js";
import { KINDS } from "./kinds.js";
import { LinksLayer } from "./links-layer.js";
import { MarksLayer } from "./marks-layer.js";
import { Picture } from "./picture.js";
import { Stream } from "./stream.js";
import { afterPaint, inTurn } from "./turns.js";

/** @typedef {{network: string, index: string, snapshot: string, stream: string, city: string,
 *   simulated: boolean, bounds: import("leaflet").LatLngBoundsLiteral, basemap: string}} Options */

const KEEP_LATENCIES = 2000;

export class CityMap {
  now = /** @type {Ui.Picture | null} */ (null); // what the stream brings
  picture = /** @type {Ui.Picture | null} */ (null); // what is shown: that, or another moment
  links = /** @type {Ui.LinksLayer | null} */ (null);
  buses = /** @type {Ui.BusesLayer | null} */ (null);
  marks = /** @type {Ui.MarksLayer | null} */ (null);
  ground = /** @type {Ui.Ground | null} */ (null); // what lies under the roads, where there is a basemap
  latency = /** @type {number[]} */ ([]); // how long each update took until it was painted, ms
  /** What the next frame paints.
   * @type {{links: number[], stamps: number[], isMarks: boolean, isBuses: boolean}} */
  pending = { links: [], stamps: [], isMarks: false, isBuses: false };
  isReady = false;
  clock = new Clock();

  /** @param {Ui.LeafletMap} map @param {Options} options @param {Ui.State} state */
  constructor(map, options, state) {
    this.map = map;
    this.options = options;
    this.state = state;
    this.stream = new Stream(options, {
      network: (network) => this.build(network),
      snapshot: (snapshot) => this.load(snapshot),
      delta: (delta, id) => this.take(delta, id),
      state: () => this.showState(),
      frame: () => this.frameShown(),
      look: (tiles, rows) => this.look(tiles, rows),
    });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.repaintAll(); });
  }

  /** The line to the server is another. A page says so. */
  showState() {}

  /** Takes a snapshot in. @param {Api.Snapshot} snapshot */
  load(snapshot) {
    this.clock.observe(snapshot.t);
    this.now?.load(snapshot);
    this.mark(snapshot.id);
  }

  /** Takes a delta in, and says what of the picture it touched; nothing is painted here.
   * @param {Api.Delta} delta @param {string} id @returns {Ui.Touched | null} */
  take(delta, id) {
    if (!this.now) return null;
    this.clock.observe(delta.t);
    this.mark(id);
    return this.now.apply(delta);
  }

  /** The layers there are, the topmost last. */
  get layers() { return [this.links, this.buses, this.marks].flatMap((layer) => layer || []); }

  /** Leaflet's own settings for a map of ours. */
  prepare() {
    const { map } = this;
    map.options.zoomSnap = 0.25;
    map.setMinZoom(8);
    map.setMaxZoom(19);
    map.attributionControl?.setPrefix(false);
    map.zoomControl?.remove();
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.dataset.tLabel = "map.label";
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(container);
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => this.repaintAll());
  }

  /** Makes the layers of a network; the ones of the network before go. @param {Ui.Network} network */
  build(network) {
    const { map, state } = this, picture = this.picture = this.now = new Picture(network);
    for (const layer of this.layers) layer.canvas.remove();
    this.links = new LinksLayer(map, picture, state);
    this.buses = new BusesLayer(map, picture, state, this.clock);
    this.marks = new MarksLayer(map, picture, state, this.links);
    this.nameGround();
    document.documentElement.dataset.net = network.version;
  }

  /** What the map shows, in numbers short enough for an address. @returns {Ui.Frame} */
  frameShown() {
    const box = this.map.getBounds(), round = (/** @type {number} */ degrees) => Number(degrees.toFixed(5));
    const lons = [box.getWest(), box.getEast()].map((lon) => round(Math.max(-180, Math.min(180, lon))));
    const lats = [box.getSouth(), box.getNorth()].map((lat) => round(Math.max(-85, Math.min(85, lat))));
    return { bbox: [lons[0], lats[0], lons[1], lats[1]], zoom: Number(this.map.getZoom().toFixed(2)) };
  }

  /** Other tiles are followed: their links are shown and those of no others.
   * @param {Set<string>} tiles @param {Api.TileRows[]} rows */
  look(tiles, rows) {
    const { picture, now } = this;
    if (!picture || !now) return;
    now.look(tiles);
    for (const part of rows) now.applyLinks(part);
    if (picture !== now) picture.look(tiles);
  }

  /** The ground comes when all else stands: the first picture does not wait for it. */
  async showGround() {
    const { Ground } = await import("./ground.js");
    this.ground ||= new Ground(this.map, this.options.basemap, () => this.repaintMarks());
    this.nameGround();
    return this.ground;
  }

  /** Has names and marks painted in the next frame. */
  repaintMarks() {
    this.pending.isMarks = true;
    this.askFrame();
  }

  /** Has the names of the ground written among those of the roads. */
  nameGround() {
    const { ground, marks } = this;
    if (marks) marks.labels.ground = ground;
  }

  /** The picture of another moment; situations, and what was done with them, are those of now.
   * @param {Api.Moment} moment @param {Ui.Picture} now */
  pictureOf(moment, now) {
    const picture = new Picture(now.network);
    picture.look(now.shown);
    picture.loadMoment(moment);
    picture.rows.alert = now.rows.alert;
    picture.rows.situation = now.rows.situation;
    picture.rows.ack = now.rows.ack;
    return picture;
  }

  /** Turns the layers to the map of another moment; without one to what is now. Whether it could.
   * @param {Api.Moment | null} moment */
  turnTo(moment) {
    const { now } = this;
    if (!now || moment && moment.net !== now.network.version) return false;
    this.picture = moment ? this.pictureOf(moment, now) : now;
    for (const layer of this.layers) layer.picture = this.picture;
    this.clock.at_ms = moment ? moment.valid_ms : null;
    this.buses?.update(false);
    this.repaintAll();
    return true;
  }

  /** Notes what the next frame has to show. @param {Ui.Touched} touched */
  note(touched) {
    const { links, kinds } = touched, { pending } = this, rows = [...kinds].map((name) => KINDS[name]);
    pending.links.push(...links);
    pending.isMarks ||= this.isOfRoads(touched) || rows.some((kind) => kind.mark);
    pending.isBuses ||= kinds.has("bus");
  }

  /** Whether what is drawn along roads changed. @param {Ui.Touched} touched */
  isOfRoads({ closures, promises }) { return closures || promises && this.state.isShown("promise"); }

  /** @param {string} id of the last delta taken in */
  mark(id) { if (id) document.documentElement.dataset.seq = id; }

  askFrame() { inTurn(this, () => this.frame(), true); }

  frame() {
    const { links, stamps, isMarks, isBuses } = this.pending;
    this.pending = { links: [], stamps: [], isMarks: false, isBuses: false };
    if (links.length) this.links?.update([...new Set(links)]);
    if (isMarks) this.marks?.canvas.repaintInTurn();
    if (isBuses) this.buses?.update(true);
    if (stamps.length) this.whenPainted(isBuses, () => this.noteLatency(stamps));
  }

  /** Acts when this is on the screen, with its buses, whose turn is the next. @param {boolean} isBuses
   * @param {() => void} act */
  whenPainted(isBuses, act) {
    if (isBuses) inTurn(act, act, true); else afterPaint(act);
  }

  /** @param {number[]} stamps */
  noteLatency(stamps) {
    const now = Date.now();
    this.latency.push(...stamps.map((at) => now - at));
    if (this.latency.length > KEEP_LATENCIES) this.latency.splice(0, this.latency.length - KEEP_LATENCIES);
  }

  repaintAll() { for (const layer of this.layers) layer.canvas.reset(); }

  /** Which links a thing that is chosen lies on, and where it is. @param {Ui.Picture} picture
   * @param {Ui.Chosen | null} chosen @returns {{links: number[], place: Ui.Place | null}} */
  whereIs(picture, chosen) {
    const { place: found } = this.state;
    if (found) return { links: found.links, place: found.links.length ? null : found };
    if (chosen?.kind === "link") return { links: picture.network.indexes([chosen.id]), place: null };
    const thing = chosen && !KINDS[chosen.kind].isPassing && picture.mapOf(chosen.kind).get(chosen.id);
    return thing ? { links: thing.links, place: thing } : { links: [], place: null };
  }

  /** @returns {import("leaflet").LatLngBoundsLiteral} */
  homeBounds() {
    const box = this.picture?.network.bbox;
    return box ? [[box[1], box[0]], [box[3], box[2]]] : this.options.bounds;
  }
}
