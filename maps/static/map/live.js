// The live layer on a Leaflet map: what Folium's LiveLayer starts. It joins the parts; the parts do the work.
import { Clock, LiveSign } from "../clock.js";
import { byId, makeButton, el, write } from "../dom.js";
import { getJson } from "../get.js";
import { UNKNOWN } from "../levels.js";
import { startSession } from "../session.js";
import { askWhy } from "../taken.js";
import { t, useLanguage } from "../words.js";
import { AckDialog, DeliveryLog, UndeliveredSign } from "./alert-dialogs.js";
import { Alerts } from "./alerts.js";
import { BusesLayer } from "./buses-layer.js";
import { afterPaint, afterTask } from "./canvas-layer.js";
import { Card } from "./card.js";
import { Clashes } from "./clashes.js";
import { Feeds } from "./feeds.js";
import { listenToSkip } from "./keys.js";
import { KINDS } from "./kinds.js";
import { L } from "./leaflet.js";
import { Legend } from "./legend.js";
import { LinksLayer } from "./links-layer.js";
import { Lists } from "./lists.js";
import { MarksLayer } from "./marks-layer.js";
import { Nearest } from "./nearest.js";
import { Picture } from "./picture.js";
import { Pointer } from "./pointer.js";
import { Search } from "./search.js";
import { State } from "./state.js";
import { Stream } from "./stream.js";
import { TimeBar } from "./time-bar.js";
import { Tools } from "./tools.js";

/** @typedef {import("leaflet").LatLngBoundsLiteral} Bounds */
/** @typedef {{network: string, index: string, snapshot: string, stream: string, city: string,
 *   simulated: boolean, bounds: Bounds}} Options */

const PANELS_EVERY_MS = 500;
const KEEP_LATENCIES = 2000;
const CLOSE_ZOOM = 16;
const SPEED_WAIT_MS = 4000;

/** What follows a change of the state. @type {Record<Ui.Change, (live: Live) => void>} */
const REACTIONS = {
  lang: (live) => live.translate(),
  colours: (live) => { live.tools.show(); live.repaintAll(); live.showPanels(); },
  levels: (live) => { live.repaintAll(); live.showPanels(); },
  layers: (live) => { live.marks?.canvas.repaint(); live.buses?.canvas.repaint(); live.showPanels(); },
  phase: (live) => { live.marks?.canvas.repaint(); live.showPanels(); },
  chosen: (live) => live.showChosen(false),
  moment: (live) => { live.time.ask(); },
  address: (live) => {
    live.time.ask(); live.translate(); live.repaintAll(); live.showChosen(true); live.showView();
  },
};

export class Live {
  now = /** @type {Ui.Picture | null} */ (null); // what the stream brings
  picture = /** @type {Ui.Picture | null} */ (null); // what is shown: that, or another moment
  links = /** @type {Ui.LinksLayer | null} */ (null);
  buses = /** @type {Ui.BusesLayer | null} */ (null);
  marks = /** @type {Ui.MarksLayer | null} */ (null);
  nearest = /** @type {Nearest | null} */ (null);
  latency = /** @type {number[]} */ ([]); // how long each update took until it was painted, ms
  /** What the next frame paints.
   * @type {{links: number[], stamps: number[], isMarks: boolean, isBuses: boolean}} */
  pending = { links: [], stamps: [], isMarks: false, isBuses: false };
  isFrameAsked = false;
  isReady = false;
  isFlying = false;
  areListsDue = false;
  areCountsDue = false;
  busCount = 0;
  finding = ""; // the chosen link whose tile is followed besides those of the view
  panelTimer = 0;
  loaded_ms = 0;
  clock = new Clock();
  state = new State();
  legend = new Legend(this.state);
  feeds = new Feeds(this.clock);
  search = new Search((result) => this.goTo(result));
  undelivered = new UndeliveredSign(this.clock);
  clashes = new Clashes(() => this.onClashes());

  /** @param {Ui.LeafletMap} map @param {Options} options */
  constructor(map, options) {
    this.map = map;
    this.options = options;
    this.stream = new Stream(options, {
      network: (network) => this.build(network),
      snapshot: (snapshot) => this.load(snapshot),
      delta: (delta, id) => this.take(delta, id),
      state: () => { this.sign.show(); this.showEmpty(); },
      frame: () => this.frameShown(),
      look: (tiles, rows) => this.look(tiles, rows),
    });
    this.sign = new LiveSign(this.clock, this.stream);
    this.lists = new Lists(this.state, (chosen, isByKey) => {
      this.choose(chosen, true);
      if (isByKey) this.card.focus();
    });
    /** @param {Api.Alert} alert */
    const acknowledge = (alert) => dialog.open(alert);
    const dialog = new AckDialog((alert) => this.alerts.markSent(alert));
    this.alerts = new Alerts(this.clock, {
      isSure: () => this.sign.store === "ok" && (this.picture?.clock_ms ?? null) !== null,
      choose: (alert) => this.choose({ kind: "alert", id: alert.name }, true),
      hurry: (alert) => dialog.hurry(alert), acknowledge,
    });
    this.deliveries = new DeliveryLog(this.clock, (episode) => this.alerts.titleOf(episode));
    this.card = new Card(this.state, this.clock, {
      choose: (chosen, isFlying) => this.choose(chosen, isFlying), acknowledge,
    });
    listenToSkip();
    this.zoomButtons = this.prepareMap();
    this.time = new TimeBar(this.state, this.clock, (moment) => this.showMoment(moment));
    this.pointer = new Pointer(this, map);
    this.tools = new Tools(this);
    this.state.on((change) => REACTIONS[change](this));
    this.translate();
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.repaintAll(); });
    this.stream.start();
    startSession(document.querySelector(".tools"));
    askWhy(document.querySelectorAll(".exports a[download]"));
  }

  get resyncs() { return this.stream.resyncs; }

  /** The layers there are, the topmost last. */
  get layers() { return [this.links, this.buses, this.marks].flatMap((layer) => layer || []); }

  /** The list of clashes is another: the card may be about one. */
  onClashes() {
    if (!this.picture) return;
    this.clashes.addTo(this.picture, this.state.at_ms);
    if (!this.isReady) return; // all is shown when the first picture is
    this.lists.show(this.picture);
    this.clashes.showFailure();
    this.legend.showCounts(this.picture);
    this.marks?.canvas.repaint();
    if (this.state.chosen?.kind === "clash") this.showChosen(false);
  }

  /** Brings Folium's map in order; answers the buttons that zoom. */
  prepareMap() {
    const { map, options, state } = this;
    map.options.zoomSnap = 0.25;
    map.options.wheelPxPerZoomLevel = 90;
    map.setMinZoom(8);
    map.setMaxZoom(19);
    map.attributionControl?.setPrefix(false);
    map.zoomControl?.remove();
    L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(map);
    if (state.view) this.showView();
    else map.fitBounds(options.bounds, { animate: false, padding: [24, 24] });
    map.on("moveend", () => {
      const at = map.getCenter();
      state.setView({ zoom: map.getZoom(), lat: at.lat, lon: at.lng });
      this.stream.looking.soon();
    });
    map.on("move", () => this.stream.looking.onTheWay());
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.dataset.tLabel = "map.label";
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(container);
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => this.repaintAll());
    return this.addZoom();
  }

  addZoom() {
    const box = el("div", "zoom leaflet-control"), buttons = {
      in: makeButton("", "+", () => this.map.zoomIn(1)),
      out: makeButton("", "−", () => this.map.zoomOut(1)),
      home: makeButton("", "⌂", () => this.goHome()),
    };
    for (const [name, button] of Object.entries(buttons)) button.id = "zoom-" + name;
    box.append(...Object.values(buttons));
    L.DomEvent.disableClickPropagation(box);
    const Zoom = L.Control.extend({ onAdd: () => box });
    new Zoom({ position: "bottomright" }).addTo(this.map);
    return buttons;
  }

  /** Turns everything to the language chosen. */
  translate() {
    useLanguage(this.state.lang);
    for (const [name, button] of Object.entries(this.zoomButtons)) {
      button.title = t("zoom." + name);
      button.setAttribute("aria-label", t("zoom." + name));
    }
    document.title = t("title.map", { city: this.options.city });
    this.tools.show();
    this.time.show();
    this.sign.show();
    this.showPanels();
    this.card.show(this.picture);
    this.search.translate();
    this.showEmpty();
  }

  showView() {
    const { view, isViewGiven } = this.state;
    if (view && isViewGiven) this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
  }

  /** Makes the layers of a network; the ones of the network before go. @param {Ui.Network} network */
  build(network) {
    const { map, state } = this, picture = this.picture = this.now = new Picture(network);
    for (const layer of this.layers) layer.canvas.remove();
    this.links = new LinksLayer(map, picture, state);
    this.buses = new BusesLayer(map, picture, state, this.clock);
    this.marks = new MarksLayer(map, picture, state, this.links);
    this.nearest = new Nearest(this.links, this.marks, this.buses);
    this.clashes.addTo(picture);
    document.documentElement.dataset.net = network.version;
    if (state.at_ms !== null) this.time.ask();
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
    if (picture !== now) { picture.look(tiles); this.time.ask(); }
    if (!this.isReady) return; // the first snapshot is on its way
    this.clashes.addTo(picture);
    for (const layer of this.layers) layer.canvas.repaint();
    this.areCountsDue = this.areListsDue = true;
    this.askPanels();
    if (this.state.chosen) this.showChosen(false);
  }

  /** @param {Api.Snapshot} snapshot */
  load(snapshot) {
    if (!this.now) return;
    this.clock.observe(snapshot.t);
    this.now.load(snapshot);
    this.sign.picture = this.now;
    this.sign.store = snapshot.store || "ok";
    this.sign.trouble = this.feeds.trouble = snapshot.trouble || "";
    if (snapshot.undelivered) this.undelivered.show(snapshot.undelivered);
    this.buses?.update(false);
    this.repaintAll();
    this.showSimulated();
    this.showChosen(!this.isReady);
    this.mark(snapshot.id);
    this.isReady = true;
    this.loaded_ms ||= performance.now();
    this.sign.show();
    setTimeout(() => this.showEmpty(), SPEED_WAIT_MS + 100);
    const rest = () => afterPaint(() => this.showRest());
    if (this.links) this.links.whenShown(rest); else rest();
  }

  /** The roads stand on the screen; now the lists. */
  showRest() {
    performance.mark("bomnae-ready");
    this.showPanels();
    this.showEmpty();
    document.documentElement.dataset.ready = "1";
  }

  /** Takes a delta in and asks for a frame; nothing is painted outside of one.
   * @param {Api.Delta} delta @param {string} id */
  take(delta, id) {
    if (!this.now) return;
    this.clock.observe(delta.t);
    this.setStore(delta.store);
    this.setTrouble(delta.trouble);
    if (delta.undelivered) this.undelivered.show(delta.undelivered);
    const touched = this.now.apply(delta), isUnseen = this.picture !== this.now;
    if (isUnseen) this.takeUnseen(this.now, touched.kinds); else this.takeSeen(this.now, delta, touched);
    this.mark(id);
    if (delta.k && document.documentElement.dataset.live !== "live") this.sign.show(); // its clock went on
  }

  /** While another moment is shown, what comes in is kept, and alerts are told all the same.
   * @param {Ui.Picture} now @param {Set<string>} kinds */
  takeUnseen(now, kinds) { if (kinds.has("alert")) this.alerts.show(now); }

  /** @param {Ui.Picture} now @param {Api.Delta} delta @param {Ui.Touched} touched */
  takeSeen(now, delta, touched) {
    const { links, kinds } = touched;
    if (delta.at && (links.length || kinds.has("bus"))) this.pending.stamps.push(delta.at);
    this.note(now, touched);
    this.showNews(now, kinds);
    this.refreshCard(delta, touched);
    this.askFrame();
    this.askPanels();
  }

  /** Shows the map of another moment; without one what is now. @param {Api.Moment | null} moment */
  showMoment(moment) {
    const { now } = this;
    if (!now || moment && moment.net !== now.network.version) return;
    this.picture = moment ? this.pictureOf(moment, now) : now;
    for (const layer of this.layers) layer.picture = this.picture;
    this.clock.at_ms = moment ? moment.valid_ms : null;
    this.buses?.update(false);
    this.repaintAll();
    this.showPanels();
    this.sign.show();
    this.showEmpty();
    this.showChosen(false);
  }

  /** @param {Api.Moment} moment @param {Ui.Picture} now */
  pictureOf(moment, now) {
    const picture = new Picture(now.network);
    picture.look(now.shown);
    picture.loadMoment(moment);
    picture.rows.alert = now.rows.alert;
    picture.rows.ack = now.rows.ack;
    this.clashes.addTo(picture, moment.valid_ms);
    return picture;
  }

  /** What does not wait for a frame: an alert is shown in a hidden window too, for it may have to sound.
   * @param {Ui.Picture} picture @param {Set<string>} kinds */
  showNews(picture, kinds) {
    if (kinds.has("work")) this.clashes.ask();
    if (kinds.has("feed")) this.feeds.show(picture);
    if (kinds.has("alert")) this.alerts.show(picture);
  }

  /** Notes what the next frame and the panels have to show: buses that drive on change no count.
   * @param {Ui.Picture} picture @param {Ui.Touched} touched */
  note(picture, touched) {
    const { links, kinds } = touched, { pending } = this, rows = [...kinds].map((name) => KINDS[name]);
    pending.links.push(...links);
    pending.isMarks ||= this.isOfRoads(touched) || rows.some((kind) => kind.mark);
    pending.isBuses ||= kinds.has("bus");
    const isRecounted = rows.some((kind) => kind.layers && !kind.isPassing);
    const news = [isRecounted, links.length, touched.closures, this.busCount !== picture.mapOf("bus").size];
    this.areCountsDue ||= news.some(Boolean);
    this.busCount = picture.mapOf("bus").size;
    this.areListsDue ||= rows.some((kind) => kind.lists);
  }

  /** Whether what is drawn along roads changed. @param {Ui.Touched} touched */
  isOfRoads({ closures, promises }) { return closures || promises && this.state.isShown("promise"); }

  /** The server lost or found its own source: the sign shows it at once. @param {string} [store] */
  setStore(store) {
    if (!store || store === this.sign.store) return;
    this.sign.store = store;
    this.sign.show();
  }

  /** Why nothing new can be written; what the feeds report then does not come in. @param {string}
   * [trouble] */
  setTrouble(trouble) {
    if (trouble === undefined || trouble === this.sign.trouble) return;
    this.sign.trouble = this.feeds.trouble = trouble;
    this.sign.show();
    this.feeds.showAges();
  }

  /** @param {string} id of the last delta taken in */
  mark(id) { if (id) document.documentElement.dataset.seq = id; }

  /** @param {Api.Delta} delta @param {Ui.Touched} touched */
  refreshCard({ c = [] }, { links, named, kinds }) {
    const { chosen } = this.state;
    if (!chosen) return;
    const isThing = kinds.has(chosen.kind) || [...kinds].some((name) => KINDS[name].lists);
    this.card.refresh(new Set([...links, ...named, ...c.map(([i]) => i)]), isThing);
  }

  askFrame() {
    if (this.isFrameAsked) return;
    this.isFrameAsked = true;
    requestAnimationFrame(() => this.frame());
  }

  frame() {
    const { links, stamps, isMarks, isBuses } = this.pending;
    this.pending = { links: [], stamps: [], isMarks: false, isBuses: false };
    this.isFrameAsked = false;
    if (links.length) this.links?.update([...new Set(links)]);
    if (isMarks) this.marks?.canvas.repaint();
    if (isBuses) this.buses?.update(true);
    if (stamps.length) afterTask(() => this.noteLatency(stamps));
  }

  /** @param {number[]} stamps */
  noteLatency(stamps) {
    const now = Date.now();
    this.latency.push(...stamps.map((at) => now - at));
    if (this.latency.length > KEEP_LATENCIES) this.latency.splice(0, this.latency.length - KEEP_LATENCIES);
  }

  /** Counts and lists follow at a calmer pace than the map. */
  askPanels() {
    if (this.panelTimer || !(this.areCountsDue || this.areListsDue)) return;
    this.panelTimer = setTimeout(() => {
      this.panelTimer = 0;
      if (document.hidden || !this.picture) return;
      if (this.areListsDue) this.lists.show(this.picture);
      if (this.areCountsDue) this.legend.showCounts(this.picture);
      if (this.now) this.time.showBars(this.now);
      this.areListsDue = this.areCountsDue = false;
      this.showEmpty();
    }, PANELS_EVERY_MS);
  }

  showPanels() {
    this.legend.show(this.picture);
    if (!this.picture) return;
    this.lists.show(this.picture);
    this.clashes.showFailure();
    this.alerts.show(this.now || this.picture);
    this.feeds.show(this.picture);
    this.time.showBars(this.now || this.picture);
  }

  showSimulated() {
    const isSimulated = Boolean(this.options.simulated || this.picture?.simulated);
    byId("simulated").hidden = !isSimulated;
    document.documentElement.dataset.simulated = isSimulated ? "1" : "0";
  }

  repaintAll() {
    for (const layer of this.layers) layer.canvas.reset();
    this.askPanels();
  }

  /** What the middle of the map says when there is no map to see. */
  showEmpty() {
    const key = this.emptiness(), box = byId("empty");
    box.hidden = !key;
    box.dataset.kind = key;
    if (!key) return;
    write(byId("empty-word"), t("empty." + key));
    write(byId("empty-detail"), t(`empty.${key}.detail`));
    byId("empty-retry").hidden = !["server", "network"].includes(key);
  }

  emptiness() {
    if (!this.picture) return this.stream.failure;
    if (this.picture !== this.now) return ""; // the sign of the moment says what is not known
    const { network, counts } = this.picture, total = counts.reduce((a, b) => a + b, 0);
    if (!network.count) return "links";
    const hasWaited = performance.now() - this.loaded_ms > SPEED_WAIT_MS;
    const isNothingInView = network.index && !total;
    return hasWaited && !isNothingInView && counts[UNKNOWN] === total ? "speeds" : "";
  }

  /** @param {Ui.Chosen | null} chosen */
  choose(chosen, isFlying = false) {
    this.isFlying = isFlying;
    this.state.choose(chosen);
  }

  /** Card, marks and, when asked, the map follow what is chosen. @param {boolean} isFromAddress */
  showChosen(isFromAddress) {
    if (!this.picture) return;
    const { chosen, isViewGiven } = this.state, { links, place } = this.whereIs(this.picture, chosen);
    this.findTile(this.picture.network, linkOf(chosen));
    this.card.show(this.picture);
    this.marks?.choose(links, place);
    this.lists.markChosen();
    this.alerts.markChosen(chosen);
    this.isFlying ||= isFromAddress && !isViewGiven && chosen !== null;
    if (!this.finding || links.length) this.flyIfAsked(links, place); // else when its tile is there
  }

  /** @param {number[]} links @param {Ui.Place | null} place */
  flyIfAsked(links, place) {
    if (this.isFlying) this.flyTo(links, place);
    this.isFlying = false;
  }

  /** In a network of tiles: follows the tile of the link that is chosen, wherever the map is.
   * @param {Ui.Network} network @param {string} id of the link, "" none */
  async findTile(network, id) {
    if (!network.index || this.finding === id) return;
    this.finding = id;
    let tile = "";
    try {
      if (id) ({ tile } = await getJson("/api/v1/links/" + encodeURIComponent(id)));
    } catch {
      this.card.unknown = id;
      this.card.show(this.picture);
    }
    if (this.finding === id) this.stream.looking.soon(tile);
  }

  /** @param {Ui.Picture} picture @param {Ui.Chosen | null} chosen
   * @returns {{links: number[], place: Ui.Place | null}} */
  whereIs(picture, chosen) {
    if (chosen?.kind === "link") return { links: picture.network.indexes([chosen.id]), place: null };
    const thing = chosen && !KINDS[chosen.kind].isPassing && picture.mapOf(chosen.kind).get(chosen.id);
    return thing ? { links: thing.links, place: thing } : { links: [], place: null };
  }

  /** @param {number[]} links @param {Ui.Place | null} place */
  flyTo(links, place) {
    const bounds = this.picture?.network.bounds(links);
    const isPart = !links.every((i) => this.picture?.network.isMet(i)); // the rest is somewhere else
    this.tools.openSheet("");
    if (bounds && !(isPart && hasPoint(place))) {
      this.map.fitBounds(bounds, { maxZoom: CLOSE_ZOOM, ...this.room() });
    } else if (hasPoint(place)) {
      this.map.setView([place.lat, place.lon], Math.max(this.map.getZoom(), CLOSE_ZOOM - 0.5));
    }
  }

  /** Where a search result is; a work, a section and a link are chosen as well. @param {Api.Found} result */
  goTo(result) {
    const [link] = result.id.split("~");
    const choices = { work: { kind: "work", id: result.id }, section: { kind: "link", id: link } };
    const choice = Reflect.get(choices, result.kind);
    if (choice) { this.choose(choice, true); return; }
    this.state.choose(null);
    const links = result.links || [];
    this.marks?.choose(links, links.length ? null : result);
    if (this.picture) this.flyTo(links, result);
  }

  /** The padding that keeps what is flown to out from under the card.
   * @returns {import("leaflet").FitBoundsOptions} */
  room() {
    const card = byId("card"), size = this.map.getSize();
    if (card.hidden) return { padding: [60, 60] };
    const isBelow = card.offsetWidth > size.x * 0.8;
    const right = isBelow ? 40 : card.offsetWidth + 60, bottom = isBelow ? card.offsetHeight + 30 : 60;
    return { paddingTopLeft: [isBelow ? 40 : 60, 60], paddingBottomRight: [right, bottom] };
  }

  goHome() {
    const box = this.picture?.network.bbox;
    /** @type {Bounds} */
    const bounds = box ? [[box[1], box[0]], [box[3], box[2]]] : this.options.bounds;
    this.map.fitBounds(bounds, { animate: true, padding: [24, 24] });
  }
}

/** @param {Ui.Place | null} place @returns {place is {lat: number, lon: number}} */
const hasPoint = (place) => (place?.lat ?? null) !== null && (place?.lon ?? null) !== null;

/** The id of a link that is chosen, else "". @param {Ui.Chosen | null} chosen */
const linkOf = (chosen) => chosen?.kind === "link" ? chosen.id : "";

/** The one live map of the page. @type {Live | null} */
export let live = null;

/** What the page itself calls, once. @param {Ui.LeafletMap} map @param {Options} options */
export function start(map, options) { live = new Live(map, options); }
