// The live layer on a Leaflet map: what Folium's LiveLayer makes. It joins the parts; the parts do the work.
import { L } from "./leaflet.js";
import { Clock, LiveSign } from "../clock.js";
import { el, write } from "../dom.js";
import { t, useLanguage } from "../words.js";
import { AckDialog, DeliveryLog, UndeliveredSign } from "./alert-dialogs.js";
import "./alert-card.js";
import { Alerts } from "./alerts.js";
import { BusesLayer } from "./buses-layer.js";
import { afterPaint, afterTask } from "./canvas-layer.js";
import { Card } from "./card.js";
import { Clashes } from "./clashes.js";
import { Feeds } from "./feeds.js";
import { skipTo } from "./keys.js";
import { Legend } from "./legend.js";
import { LinksLayer } from "./links-layer.js";
import { MarksLayer } from "./marks-layer.js";
import { Nearest } from "./nearest.js";
import { UNKNOWN } from "./network.js";
import { Picture } from "./picture.js";
import { Pointer } from "./pointer.js";
import { Search } from "./search.js";
import { State } from "./state.js";
import { Stream } from "./stream.js";
import { Tools } from "./tools.js";
import { Lists } from "./works.js";

const PANELS_EVERY_MS = 500;
const KEEP_LATENCIES = 2000;
const CLOSE_ZOOM = 16;
const SPEED_WAIT_MS = 4000;

class Live {
  constructor(map, opts) {
    Object.assign(this, { map, opts, picture: null, latency: [], isReady: false });
    this.pending = { links: [], stamps: [], isMarks: false, isBuses: false, isAsked: false };
    this.clock = new Clock();
    this.state = new State();
    this.stream = new Stream(opts, {
      network: (network) => this.build(network),
      snapshot: (snapshot) => this.load(snapshot),
      delta: (delta, id) => this.take(delta, id),
      state: () => { this.sign.show(); this.showEmpty(); },
    });
    this.sign = new LiveSign(this.clock, this.stream);
    this.makePanels();
    this.makeMap();
    this.tools = new Tools(this);
    this.state.on((what) => this.onState(what));
    this.speak();
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.repaintAll(); });
    this.stream.start();
  }

  get resyncs() { return this.stream.resyncs; }

  makePanels() {
    const { state, clock } = this;
    this.legend = new Legend(state);
    this.feeds = new Feeds(clock);
    this.lists = new Lists(state, clock);
    this.lists.onChoose = (chosen, isByKey) => {
      this.choose(chosen, true);
      if (isByKey) this.card.focus();
    };
    this.clashes = new Clashes(this.lists, () => this.onClashes());
    const acknowledge = (alert) => this.acknowledging.open(alert);
    this.alerts = new Alerts(clock, { isSure: () => this.sign.store === "ok" && this.picture.clock_ms !== null, acknowledge, hurry: (alert) => this.acknowledging.hurry(alert), choose: (alert) => this.choose({ kind: "alert", id: alert.name }, true) });
    this.acknowledging = new AckDialog((alert) => this.alerts.markSent(alert.id));
    this.deliveries = new DeliveryLog(clock, (episode) => this.alerts.titleOf(episode));
    this.undelivered = new UndeliveredSign(clock);
    this.card = new Card(state, clock, { choose: (chosen, isFlying) => this.choose(chosen, isFlying), acknowledge });
    skipTo(document.querySelector(".skip"));
    this.search = new Search((result) => this.goTo(result));
  }

  /** The list of clashes was read again: the card may be about one. */
  onClashes() {
    if (!this.picture) return;
    this.clashes.show(this.picture);
    this.legend.showCounts(this.picture);
    this.marks.canvas.repaint();
    if (this.state.chosen?.kind === "clash") this.showChosen(false);
  }

  makeMap() {
    const { map, opts, state } = this;
    map.options.zoomSnap = 0.25;
    map.options.wheelPxPerZoomLevel = 90;
    map.setMinZoom(8);
    map.setMaxZoom(19);
    if (map.attributionControl) map.attributionControl.setPrefix(false);
    if (map.zoomControl) map.zoomControl.remove();
    L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(map);
    this.addZoom();
    if (state.view) map.setView([state.view.lat, state.view.lon], state.view.zoom, { animate: false });
    else if (opts.bounds) map.fitBounds(opts.bounds, { animate: false, padding: [24, 24] });
    map.on("moveend", () => {
      const at = map.getCenter();
      state.setView({ zoom: map.getZoom(), lat: at.lat, lon: at.lng });
    });
    this.pointer = new Pointer(this, map);
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => this.repaintAll());
  }

  addZoom() {
    const box = el("div", "zoom leaflet-control");
    const parts = [["in", "+", () => this.map.zoomIn(1)], ["out", "−", () => this.map.zoomOut(1)], ["home", "⌂", () => this.goHome()]];
    this.zoomButtons = parts.map(([name, sign, act]) => {
      const button = el("button");
      button.type = "button";
      button.id = "zoom-" + name;
      button.textContent = sign;
      button.addEventListener("click", act);
      box.append(button);
      return [name, button];
    });
    L.DomEvent.disableClickPropagation(box);
    const Control = L.Control.extend({ onAdd: () => box });
    new Control({ position: "bottomright" }).addTo(this.map);
  }

  speak() {
    useLanguage(this.state.lang);
    for (const [name, button] of this.zoomButtons) {
      button.title = t("zoom." + name);
      button.setAttribute("aria-label", t("zoom." + name));
    }
    document.title = `${this.opts.city} ${t("title")} · ${t("brand")}`;
    this.tools.show();
    this.sign.show();
    this.showPanels();
    this.card.show(this.picture);
    this.search.speak();
    this.showEmpty();
  }

  onState(what) {
    if (what === "lang" || what === "address") this.speak();
    if (what === "colours" || what === "address") this.tools.show();
    if (["levels", "colours", "address"].includes(what)) this.repaintAll();
    else if (what === "layers") { this.marks?.canvas.repaint(); this.buses?.canvas.repaint(); }
    else if (what === "phase") this.marks?.canvas.repaint();
    if (what !== "chosen") this.showPanels();
    if (what === "chosen" || what === "address") this.showChosen(what === "address");
    if (what === "address" && this.state.isViewGiven) this.map.setView([this.state.view.lat, this.state.view.lon], this.state.view.zoom, { animate: false });
  }

  /** Makes the layers of a network; the ones of the network before go. */
  build(network) {
    const { map, state } = this;
    for (const layer of [this.links, this.buses, this.marks]) if (layer) layer.canvas.remove();
    this.picture = new Picture(network);
    this.links = new LinksLayer(map, network, this.picture, state);
    this.buses = new BusesLayer(map, this.picture, state, this.clock);
    this.marks = new MarksLayer(map, network, this.picture, state, this.links);
    this.nearest = new Nearest(this.links, this.marks, this.buses);
    if (!state.view && !this.opts.bounds && network.bbox) this.goHome(false);
    document.documentElement.dataset.net = network.version;
  }

  load(snapshot) {
    this.clock.observe(snapshot.t);
    this.picture.load(snapshot);
    this.sign.picture = this.picture;
    this.sign.store = snapshot.store || "ok";
    this.sign.trouble = this.feeds.trouble = snapshot.trouble || "";
    this.undelivered.show(snapshot.undelivered);
    this.buses.update(false);
    this.repaintAll();
    this.showSimulated();
    this.showChosen(!this.isReady);
    this.told(snapshot.id);
    this.isReady = true;
    this.loaded_ms = this.loaded_ms || performance.now();
    this.sign.show();
    setTimeout(() => this.showEmpty(), SPEED_WAIT_MS + 100);
    afterPaint(() => this.showRest());
  }

  /** The roads stand on the screen; now the lists. */
  showRest() {
    performance.mark("bomnae-ready");
    this.showPanels();
    this.showEmpty();
    document.documentElement.dataset.ready = "1";
  }

  /** Takes a delta in and asks for a frame; nothing is painted outside of one. */
  take(delta, id) {
    this.clock.observe(delta.t);
    this.tellStore(delta.store);
    this.tellTrouble(delta.trouble);
    this.undelivered.show(delta.undelivered);
    const touched = this.picture.apply(delta);
    const { pending } = this;
    pending.links.push(...touched.links);
    pending.isMarks ||= touched.closures || touched.works || touched.incidents || touched.reports;
    pending.isBuses ||= touched.buses;
    pending.isCounts ||= touched.links.length > 0 || touched.works || touched.incidents || touched.reports || touched.buses;
    pending.isLists ||= touched.works || touched.incidents || touched.reports;
    if (touched.works) this.clashes.ask();
    if (touched.feeds) this.feeds.show(this.picture);
    if (touched.alerts) this.alerts.show(this.picture); // at once, and in a hidden window too: it may have to sound
    if (delta.at && (touched.links.length || touched.buses)) pending.stamps.push(delta.at);
    this.touchCard(delta, touched);
    this.told(id);
    this.askFrame();
    this.askPanels();
    if (document.documentElement.dataset.live !== "live") this.sign.show();
  }

  /** The server lost or found its own source: the sign says so at once. */
  tellStore(store) {
    if (!store || store === this.sign.store) return;
    this.sign.store = store;
    this.sign.show();
  }

  /** Why nothing new can be written; what the feeds say is then not heard. */
  tellTrouble(trouble) {
    if (trouble === undefined || trouble === this.sign.trouble) return;
    this.sign.trouble = this.feeds.trouble = trouble;
    this.sign.show();
    this.feeds.showAges();
  }

  told(id) { if (id) document.documentElement.dataset.seq = id; }

  touchCard(delta, touched) {
    if (!this.state.chosen) return;
    const links = new Set(touched.links);
    for (const i of touched.spoken) links.add(i);
    for (const [i] of delta.c || []) links.add(i);
    const isOwn = { bus: touched.buses, alert: touched.alerts }[this.state.chosen.kind];
    this.card.refresh(links, touched.works || touched.incidents || touched.reports || isOwn);
  }

  askFrame() {
    if (this.pending.isAsked) return;
    this.pending.isAsked = true;
    requestAnimationFrame(() => this.frame());
  }

  frame() {
    const { pending } = this;
    this.pending = { links: [], stamps: [], isMarks: false, isBuses: false, isAsked: false, isCounts: pending.isCounts, isLists: pending.isLists };
    if (pending.links.length) this.links.update([...new Set(pending.links)]);
    if (pending.isMarks) this.marks.canvas.repaint();
    if (pending.isBuses) this.buses.update(true);
    if (pending.stamps.length) afterTask(() => this.note(pending.stamps));
  }

  note(stamps) {
    const now = Date.now();
    for (const at of stamps) this.latency.push(now - at);
    if (this.latency.length > KEEP_LATENCIES) this.latency.splice(0, this.latency.length - KEEP_LATENCIES);
  }

  /** Counts and lists follow at a calmer pace than the map. */
  askPanels() {
    if (this.panelTimer) return;
    this.panelTimer = setTimeout(() => {
      this.panelTimer = 0;
      if (document.hidden) return;
      if (this.pending.isLists) this.lists.show(this.picture);
      if (this.pending.isCounts) this.legend.showCounts(this.picture);
      this.pending.isLists = this.pending.isCounts = false;
      this.showEmpty();
    }, PANELS_EVERY_MS);
  }

  showPanels() {
    this.legend.show(this.picture);
    if (!this.picture) return;
    this.lists.show(this.picture);
    this.clashes.show(this.picture);
    this.alerts.show(this.picture);
    this.feeds.show(this.picture);
  }

  showSimulated() {
    const isSimulated = Boolean(this.opts.simulated || this.picture.simulated);
    document.getElementById("simulated").hidden = !isSimulated;
    document.documentElement.dataset.simulated = isSimulated ? "1" : "0";
  }

  repaintAll() {
    for (const layer of [this.links, this.buses, this.marks]) if (layer) layer.canvas.reset();
    if (this.picture && this.pending) this.askPanels();
  }

  /** What the middle of the map says when there is no map to see. */
  showEmpty() {
    let key = "";
    if (!this.picture) key = this.stream.failure;
    else if (!this.picture.network.count) key = "links";
    else if (this.picture.counts[UNKNOWN] === this.picture.counts.reduce((a, b) => a + b, 0) && performance.now() - this.loaded_ms > SPEED_WAIT_MS) key = "speeds";
    const box = document.getElementById("empty");
    box.hidden = !key;
    box.dataset.kind = key;
    if (!key) return;
    write(document.getElementById("empty-word"), t("empty." + key));
    write(document.getElementById("empty-detail"), t(`empty.${key}.detail`));
    document.getElementById("empty-retry").hidden = !["server", "network"].includes(key);
  }

  choose(chosen, isFlying = false) {
    this.isFlying = isFlying;
    this.state.choose(chosen);
  }

  /** Card, marks and, when asked, the map follow what is chosen. */
  showChosen(isFlying) {
    if (!this.picture) return;
    const { chosen } = this.state;
    const { links, place } = this.whereIs(chosen);
    this.card.show(this.picture);
    this.marks.choose(links, place);
    this.lists.markChosen();
    this.alerts.markChosen(chosen);
    if (chosen && (isFlying && !this.state.isViewGiven || this.isFlying)) this.flyTo(links, place);
    this.isFlying = false;
  }

  whereIs(chosen) {
    if (!chosen) return { links: [], place: null };
    const { picture } = this;
    if (chosen.kind === "link") {
      const i = picture.network.indexOf.get(chosen.id);
      return { links: i === undefined ? [] : [i], place: null };
    }
    if (chosen.kind === "bus") return { links: [], place: null };
    const things = { work: picture.works, incident: picture.incidents, report: picture.reports, clash: picture.clashes, alert: picture.alerts }[chosen.kind];
    const thing = things && things.get(chosen.id);
    return thing ? { links: thing.links, place: thing } : { links: [], place: null };
  }

  flyTo(links, place) {
    const bounds = this.picture.network.bounds(links);
    const isPlace = place && place.lon !== null && place.lon !== undefined;
    this.tools.openSheet("");
    if (bounds) this.map.fitBounds(bounds, { maxZoom: CLOSE_ZOOM, ...this.room() });
    else if (isPlace) this.map.setView([place.lat, place.lon], Math.max(this.map.getZoom(), CLOSE_ZOOM - 0.5));
  }

  /** Where a search result is; a work, a section and a link are chosen as well. */
  goTo(result) {
    if (result.kind === "work") return this.choose({ kind: "work", id: result.id }, true);
    if (result.kind === "section") return this.choose({ kind: "link", id: result.id.split("~")[0] }, true);
    this.state.choose(null);
    const links = result.links || [];
    this.marks?.choose(links, links.length ? null : result);
    if (this.picture) this.flyTo(links, result);
    return undefined;
  }

  /** The padding that keeps what is flown to out from under the card. */
  room() {
    const card = document.getElementById("card"), size = this.map.getSize();
    if (card.hidden) return { padding: [60, 60] };
    const isBelow = card.offsetWidth > size.x * 0.8;
    const right = isBelow ? 40 : card.offsetWidth + 60, bottom = isBelow ? card.offsetHeight + 30 : 60;
    return { paddingTopLeft: [isBelow ? 40 : 60, 60], paddingBottomRight: [right, bottom] };
  }

  goHome(isAnimated = true) {
    const { bounds } = this.opts;
    const box = this.picture?.network.bbox;
    const target = box ? [[box[1], box[0]], [box[3], box[2]]] : bounds;
    if (target) this.map.fitBounds(target, { animate: isAnimated, padding: [24, 24] });
  }
}

/** The one live map of the page. @type {Live | null} */
export let live = null;

/** What the page itself calls, once. */
export function start(map, opts) { live = new Live(map, opts); }
