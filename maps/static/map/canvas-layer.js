// One canvas in a pane of its own, a little larger than the map, that follows moves and zooms.
import { el } from "../dom.js";
import { contextOf } from "../signs.js";
import { L } from "./leaflet.js";
import { giveUp, inTurn } from "./turns.js";

const MARGIN_PX = 80;
const REPAINT_AFTER_PX = 56;
const REPAINT_EVERY_MS = 100;
const MAX_DEVICE_PIXELS = 12e6;

export class CanvasLayer {
  lastReset_ms = 0;
  corner = /** @type {import("leaflet").Point | null} */ (null);
  view = /** @type {View | null} */ (null);

  /** `paint(ctx, view)` draws the whole canvas; view turns world units into its CSS pixels.
   * @param {Ui.LeafletMap} map @param {string} pane @param {number} zIndex @param {Ui.Paint} paint */
  constructor(map, pane, zIndex, paint) {
    this.map = map;
    this.pane = pane;
    this.paint = paint;
    this.element = el("canvas", "leaflet-zoom-animated");
    this.element.setAttribute("aria-hidden", "true");
    this.ctx = contextOf(this.element);
    this.holder = map.createPane(pane);
    this.holder.style.zIndex = String(zIndex);
    this.holder.style.pointerEvents = "none";
    this.holder.append(this.element);
    /** @type {import("leaflet").LeafletEventHandlerFnMap} */
    this.events = {
      moveend: () => this.resetInTurn(),
      viewreset: () => this.reset(),
      resize: () => this.reset(),
      move: () => this.onMove(),
      zoom: () => this.transform(map.getCenter(), map.getZoom()),
      zoomanim: (e) => this.transform(e.center, e.zoom),
    };
    map.on(this.events);
  }

  remove() {
    giveUp(this);
    this.map.off(this.events);
    this.holder.remove();
    delete Reflect.get(this.map, "_panes")[this.pane];
  }

  onMove() {
    if (!this.corner || !this.view || this.view.zoom !== this.map.getZoom()) return;
    const from = this.map.containerPointToLayerPoint([-MARGIN_PX, -MARGIN_PX]);
    const away = Math.max(Math.abs(from.x - this.corner.x), Math.abs(from.y - this.corner.y));
    if (away > REPAINT_AFTER_PX && performance.now() - this.lastReset_ms > REPAINT_EVERY_MS) {
      this.resetInTurn();
    }
  }

  /** Places and paints it anew when it has its turn. */
  resetInTurn() { inTurn(this, () => this.reset()); }

  /** Paints news when it has its turn. */
  repaintInTurn() { inTurn(this, () => this.repaint(), true); }

  /** Places the canvas over the map as it stands and paints it whole. */
  reset() {
    const placed = this.placed();
    if (!placed) return;
    this.place(placed);
    this.ctx.setTransform(placed.ratio, 0, 0, placed.ratio, 0, 0);
    this.repaint();
  }

  /** Where the canvas belongs as the map stands; null where it is not to be painted.
   * @returns {Ui.Placed | null} */
  placed() {
    const size = this.map.getSize();
    if (!size.x || !size.y || document.hidden) return null;
    const width = size.x + 2 * MARGIN_PX, height = size.y + 2 * MARGIN_PX;
    const ratio = Math.min(devicePixelRatio || 1, 2, Math.sqrt(MAX_DEVICE_PIXELS / (width * height)));
    const corner = this.map.containerPointToLayerPoint([-MARGIN_PX, -MARGIN_PX]).round();
    const shift = this.map.layerPointToContainerPoint(corner);
    const view = new View(this.map, this.map.getPixelOrigin().add(corner), shift, width, height);
    this.lastReset_ms = performance.now();
    return { corner, view, width, height, ratio };
  }

  /** @param {Ui.Placed} placed */
  place({ corner, view, width, height, ratio }) {
    this.corner = corner;
    this.fit(width, height, ratio);
    L.DomUtil.setTransform(this.element, corner, 1);
    this.view = view;
  }

  /** From canvas pixels to pixels of the map's box: where a click falls. */
  shift() { return this.map.layerPointToContainerPoint(this.corner || [0, 0]); }

  /** @param {number} width @param {number} height @param {number} ratio */
  fit(width, height, ratio) {
    const { element } = this;
    const w = Math.round(width * ratio), h = Math.round(height * ratio);
    if (element.width === w && element.height === h) return;
    element.width = w;
    element.height = h;
    element.style.width = width + "px";
    element.style.height = height + "px";
  }

  repaint() {
    if (!this.view || document.hidden) return;
    this.ctx.clearRect(0, 0, this.view.width, this.view.height);
    this.paint(this.ctx, this.view);
  }

  /** @param {import("leaflet").LatLng} center @param {number} zoom */
  transform(center, zoom) {
    if (!this.view) return;
    const scale = this.map.getZoomScale(zoom, this.view.zoom);
    const corner = L.point(this.view.ox, this.view.oy).multiplyBy(scale);
    const origin = /** @type {any} */ (this.map)._getNewPixelOrigin(center, zoom);
    L.DomUtil.setTransform(this.element, corner.subtract(origin), scale);
  }
}

export class View {
  /** @param {Ui.LeafletMap} map @param {import("leaflet").Point} origin
   * @param {import("leaflet").Point} shift @param {number} width @param {number} height */
  constructor(map, origin, shift, width, height) {
    this.zoom = map.getZoom();
    this.scale = 256 * 2 ** this.zoom;
    this.ox = origin.x;
    this.oy = origin.y;
    this.shift = shift;
    this.width = width;
    this.height = height;
  }

  /** @param {number} x */
  px(x) { return x * this.scale - this.ox; }

  /** @param {number} y */
  py(y) { return y * this.scale - this.oy; }

  /** Does the box of link i touch the canvas? @param {Float64Array} box @param {number} i
   * @param {number} margin */
  sees(box, i, margin = 8) {
    return this.px(box[4 * i + 2]) > -margin && this.px(box[4 * i]) < this.width + margin
      && this.py(box[4 * i + 3]) > -margin && this.py(box[4 * i + 1]) < this.height + margin;
  }

  /** Is a box of canvas pixels wholly on the screen, not cut by its edge? @param {Ui.Box} box */
  shows([left, top, right, bottom]) {
    return left >= MARGIN_PX && top >= MARGIN_PX
      && right <= this.width - MARGIN_PX && bottom <= this.height - MARGIN_PX;
  }

  /** @param {number} px @param {number} py @param {number} margin */
  holds(px, py, margin = 20) {
    return px > -margin && py > -margin && px < this.width + margin && py < this.height + margin;
  }
}
