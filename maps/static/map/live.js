// The live layer on a Leaflet map: what Folium's LiveLayer starts. It joins the parts; the parts do the work.
import { LiveSign } from "../clock.js";
import { byId, makeButton, el, write } from "../dom.js";
import { getJson } from "../get.js";
import { UNKNOWN } from "../levels.js";
import { onSystemColours } from "../palette.js";
import { startSession } from "../session.js";
import { askWhy } from "../taken.js";
import { t, useLanguage } from "../words.js";
import { AckDialog, DeliveryLog, UndeliveredSign } from "./alert-dialogs.js";
import { listenToAround } from "./around/opening.js";
import { Away } from "./away/away.js";
import { Card } from "./card.js";
import { CityMap } from "./city-map.js";
import { Clashes } from "./clashes.js";
import { Closing } from "./closures/closing.js";
import { Feeds } from "./feeds.js";
import { GroundSwitch } from "./ground-switch.js";
import { DataOpening } from "./data/opening.js";
import { listenToCorridors } from "./corridors/opening.js";
import { listenToSkip } from "./keys.js";
import { KINDS } from "./kinds.js";
import { L, isDragged } from "./leaflet.js";
import { Legend } from "./legend.js";
import { Lists } from "./lists.js";
import { Nearest } from "./nearest.js";
import { Outages } from "./outages.js";
import { Paper } from "./paper/sheet.js";
import { Pointer } from "./pointer.js";
import { Search } from "./search.js";
import { ActDialog } from "./situations/acts.js";
import { Situations } from "./situations/list.js";
import { State } from "./state.js";
import { Steps } from "./steps/steps.js";
import { TimeBar } from "./time-bar.js";
import { Tools } from "./tools.js";
import { afterPaint, inTurn } from "./turns.js";

/** @typedef {import("./city-map.js").Options} Options */

const PANELS_EVERY_MS = 500;
const CLOSE_ZOOM = 16;
const SPEED_WAIT_MS = 4000;

/** What follows a change of the state. @type {Record<Ui.Change, (live: Live) => void>} */
const REACTIONS = {
  lang: (live) => live.translate(),
  colours: (live) => { live.tools.show(); live.repaintAll(); live.showPanels(); live.ground?.repaint(); },
  levels: (live) => { live.repaintAll(); live.showPanels(); },
  layers: (live) => { live.marks?.canvas.repaint(); live.buses?.canvas.repaint(); live.showPanels(); },
  phase: (live) => { live.marks?.canvas.repaint(); live.showPanels(); },
  chosen: (live) => live.showChosen(false),
  moment: (live) => { live.time.ask(); },
  step: (live) => { live.time.ask(); live.showChosen(false); live.showView(); },
  address: (live) => {
    live.time.ask(); live.translate(); live.repaintAll(); live.showChosen(true); live.showView();
  },
};

export class Live extends CityMap {
  nearest = /** @type {Nearest | null} */ (null);
  isFlying = false;
  areListsDue = false;
  areCountsDue = false;
  busCount = 0;
  finding = ""; // the chosen link whose tile is followed besides those of the view
  panelTimer = 0;
  loaded_ms = 0;
  legend = new Legend(this.state);
  feeds = new Feeds(this.clock);
  outages = new Outages(this.feeds);
  search = new Search((result) => this.goTo(result));
  undelivered = new UndeliveredSign(this.clock);
  clashes = new Clashes(() => this.onClashes());

  /** @param {Ui.LeafletMap} map @param {Options} options */
  constructor(map, options) {
    super(map, options, new State());
    this.sign = new LiveSign(this.clock, this.stream);
    this.lists = new Lists(this.state, (chosen, isByKey) => {
      this.choose(chosen, true);
      if (isByKey) this.card.focus();
    });
    const judging = new AckDialog(() => this.showChosen(false));
    const acts = new ActDialog(this.clock, (act, ids) => {
      if (act === "acknowledge") this.alerts.markSent(ids);
    });
    acts.dialog.addEventListener("close", () => this.alerts.goOn());
    this.alerts = new Situations(this.clock, {
      isSure: () => this.sign.store === "ok" && (this.picture?.clock_ms ?? null) !== null,
      choose: ({ id }) => this.choose({ kind: "situation", id }, true),
      acknowledge: (rows) => acts.open("acknowledge", rows), hurry: (rows) => acts.hurry("acknowledge", rows),
      follow: (rows) => this.away.follow(rows),
    });
    this.deliveries = new DeliveryLog(this.clock, (episode) => this.alerts.titleOf(episode));
    this.card = new Card(this.state, this.clock, {
      choose: (chosen, isFlying) => this.choose(chosen, isFlying),
      acknowledge: (alert) => judging.open(alert),
      situation: (act, rows) => act === "undo" ? acts.hurry(act, rows) : acts.open(act, rows),
      closing: () => this.closing,
    });
    this.closing = new Closing(this);
    this.groundSwitch = new GroundSwitch(this);
    listenToSkip();
    listenToCorridors(this);
    this.openAround = listenToAround(this);
    this.data = new DataOpening(this);
    this.zoomButtons = this.prepareMap();
    this.time = new TimeBar(this.state, this.clock, (moment) => this.showMoment(moment),
      () => this.now?.network.version || "");
    this.pointer = new Pointer(this, map);
    this.tools = new Tools(this);
    this.paper = new Paper(this);
    this.away = new Away(this);
    this.steps = new Steps(this);
    this.state.on((change) => REACTIONS[change](this));
    onSystemColours(() => REACTIONS.colours(this));
    this.translate();
    this.stream.start();
    const session = startSession(document.querySelector(".tools"));
    session.then(() => this.card.show(this.picture)); // what may be done is known
    byId("export-map", HTMLAnchorElement).addEventListener("click", (e) => this.nameMapFile(e));
    askWhy(byId("exports"));
  }

  /** The map as a file is of the moment that is shown, in the language of the page. @param {Event} e */
  nameMapFile(e) {
    const link = /** @type {HTMLAnchorElement} */ (e.currentTarget), { state } = this;
    link.href = `/api/v1/map.html?language=${state.lang}&${state.momentQuery(this.clock.now())}`;
  }

  showState() { this.sign.show(); this.showEmpty(); }

  get resyncs() { return this.stream.resyncs; }

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
    this.prepare();
    map.options.wheelPxPerZoomLevel = 90;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) Reflect.set(map, "_zoomAnimated", false);
    const inCorner = { position: /** @type {const} */ ("bottomleft"), maxWidth: 120 };
    L.control.scale({ imperial: false, updateWhenIdle: true, ...inCorner }).addTo(map);
    if (state.view) this.showView();
    else map.fitBounds(options.bounds, { animate: false, padding: [24, 24] });
    map.on("moveend", () => {
      const at = map.getCenter();
      state.setView({ zoom: map.getZoom(), lat: at.lat, lon: at.lng });
      this.stream.looking.soon();
    });
    map.on("move", () => this.stream.looking.onTheWay());
    return this.addZoom();
  }

  addZoom() {
    const box = el("div", "zoom leaflet-control"), buttons = {
      in: makeButton("", "+", () => this.map.zoomIn(1)),
      out: makeButton("", "−", () => this.map.zoomOut(1)),
      home: makeButton("", "⌂", () => this.goHome()),
      list: makeButton("", "☰", () => this.openAround()),
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
    this.alerts.translate();
    this.time.show();
    this.sign.show();
    this.showPanels();
    this.card.show(this.picture);
    this.search.translate();
    this.away.dialog.show();
    this.ground?.translate();
    this.showEmpty();
  }

  showView() {
    const { view, isViewGiven } = this.state;
    if (view && isViewGiven) this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
  }

  /** Makes the layers of a network; the ones of the network before go. @param {Ui.Network} network */
  build(network) {
    super.build(network);
    const { links, marks, buses } = this;
    if (!links || !marks || !buses || !this.picture) return;
    marks.preview = this.closing.preview;
    this.nearest = new Nearest(links, marks, buses);
    this.clashes.addTo(this.picture);
    if (this.state.at_ms !== null) this.time.ask();
  }

  /** Other tiles are followed: their links are shown and those of no others.
   * @param {Set<string>} tiles @param {Api.TileRows[]} rows */
  look(tiles, rows) {
    const { picture, now } = this;
    if (!picture || !now) return;
    super.look(tiles, rows);
    if (picture !== now) this.time.ask();
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
    super.load(snapshot);
    this.sign.picture = this.now;
    this.sign.store = snapshot.store || "ok";
    this.sign.trouble = this.feeds.trouble = snapshot.trouble || "";
    if (snapshot.undelivered) this.undelivered.show(snapshot.undelivered);
    this.buses?.update(false);
    this.repaintAll();
    this.showSimulated();
    this.showChosen(!this.isReady);
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
    this.groundSwitch.start(); // it comes when all else stands: the first picture does not wait for it
  }

  /** Takes a delta in and asks for a frame; nothing is painted outside of one.
   * @param {Api.Delta} delta @param {string} id */
  take(delta, id) {
    const touched = super.take(delta, id);
    if (!touched || !this.now) return null;
    this.setStore(delta.store);
    this.setTrouble(delta.trouble);
    if (delta.undelivered) this.undelivered.show(delta.undelivered);
    if (this.picture !== this.now) this.takeUnseen(this.now, touched.kinds);
    else this.takeSeen(this.now, delta, touched);
    if (delta.k && document.documentElement.dataset.live !== "live") this.sign.show(); // its clock went on
    return touched;
  }

  /** While another moment is shown, what comes in is kept, and alerts are told all the same.
   * @param {Ui.Picture} now @param {Set<string>} kinds */
  takeUnseen(now, kinds) { if (kinds.has("situation") || kinds.has("alert")) this.alerts.show(now); }

  /** @param {Ui.Picture} now @param {Api.Delta} delta @param {Ui.Touched} touched */
  takeSeen(now, delta, touched) {
    const { links, kinds } = touched;
    if (delta.at && (links.length || kinds.has("bus"))) this.pending.stamps.push(delta.at);
    this.note(touched);
    this.noteNews(now, touched);
    this.showNews(now, kinds);
    this.refreshCard(delta, touched);
    this.askFrame();
    this.askPanels();
  }

  /** Shows the map of another moment; without one what is now. @param {Api.Moment | null} moment */
  showMoment(moment) {
    if (!this.turnTo(moment)) return;
    this.showPanels();
    this.sign.show();
    this.showEmpty();
    this.showChosen(false);
  }

  /** @param {Api.Moment} moment @param {Ui.Picture} now */
  pictureOf(moment, now) {
    const picture = super.pictureOf(moment, now);
    this.clashes.addTo(picture, moment.valid_ms);
    return picture;
  }

  /** What does not wait for a frame: an alert is shown in a hidden window too, for it may have to sound.
   * @param {Ui.Picture} picture @param {Set<string>} kinds */
  showNews(picture, kinds) {
    if (kinds.has("work")) this.clashes.ask();
    if (kinds.has("feed")) this.feeds.show(picture);
    if (kinds.has("closure")) this.closing.showWaits();
    if (kinds.has("situation") || kinds.has("alert")) this.alerts.show(picture);
  }

  /** Notes what the panels have to show: buses that drive on change no count.
   * @param {Ui.Picture} picture @param {Ui.Touched} touched */
  noteNews(picture, touched) {
    const { links, kinds } = touched, rows = [...kinds].map((name) => KINDS[name]);
    const isRecounted = rows.some((kind) => kind.layers && !kind.isPassing);
    const isBuses = this.busCount !== picture.mapOf("bus").size;
    const news = [isRecounted, links.length, this.isOfRoads(touched), isBuses];
    this.areCountsDue ||= news.some(Boolean);
    this.busCount = picture.mapOf("bus").size;
    this.areListsDue ||= rows.some((kind) => kind.lists);
  }

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

  /** @param {Api.Delta} delta @param {Ui.Touched} touched */
  refreshCard({ c = [] }, { links, named, kinds }) {
    const { chosen } = this.state;
    if (!chosen) return;
    const isThing = kinds.has(chosen.kind) || [...kinds].some((name) => KINDS[name].lists);
    this.card.refresh(new Set([...links, ...named, ...c.map(([i]) => i)]), isThing);
  }

  /** Counts and lists follow at a calmer pace than the map. */
  askPanels() {
    if (this.panelTimer || !(this.areCountsDue || this.areListsDue)) return;
    this.panelTimer = setTimeout(() => {
      this.panelTimer = 0;
      if (document.hidden || !this.picture) return;
      if (isDragged(this.map)) { this.askPanels(); return; }
      if (this.areListsDue) this.showInTurn(this.lists, (picture) => this.lists.show(picture));
      if (this.areCountsDue) this.showInTurn(this.legend, (picture) => this.legend.showCounts(picture));
      if (this.now) this.time.showBars(this.now);
      this.areListsDue = this.areCountsDue = false;
      this.showEmpty();
    }, PANELS_EVERY_MS);
  }

  /** Has a panel show the picture as it is when its turn has come.
   * @param {object} panel @param {(picture: Ui.Picture) => void} show */
  showInTurn(panel, show) { inTurn(panel, () => { if (this.picture) show(this.picture); }); }

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
    super.repaintAll();
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
    if (result.kind.startsWith("dataset")) { this.goToDataset(result); return; }
    const { links = [], lon, lat } = result;
    this.state.find({ links, lon, lat });
    if (this.picture) this.flyTo(links, result);
  }

  /** Puts a dataset on the map, or leads to its page where it is no map. @param {Api.Found} result */
  goToDataset({ id, row = 0, lon, lat, draw }) {
    if (draw === "none") location.assign(`/data/${encodeURIComponent(id)}`);
    else this.data.find(id, { row, lon, lat });
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
    this.map.fitBounds(this.homeBounds(), { animate: true, padding: [24, 24] });
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
