// One canvas in a pane of its own, a little larger than the map, that follows moves and zooms.
import { L } from "./leaflet.js";

const MARGIN_PX = 80;
const REPAINT_AFTER_PX = 56;
const REPAINT_EVERY_MS = 100;
const MAX_DEVICE_PIXELS = 12e6;

export class CanvasLayer {
  /** `paint(ctx, view)` draws the whole canvas; view turns world units into its CSS pixels. */
  constructor(map, pane, zIndex, paint) {
    this.map = map;
    this.pane = pane;
    this.paint = paint;
    this.element = document.createElement("canvas");
    this.element.className = "leaflet-zoom-animated";
    this.element.setAttribute("aria-hidden", "true");
    const holder = map.createPane(pane);
    holder.style.zIndex = String(zIndex);
    holder.style.pointerEvents = "none";
    holder.append(this.element);
    this.ctx = this.element.getContext("2d");
    this.lastReset_ms = 0;
    this.holder = holder;
    this.events = {
      moveend: () => this.reset(),
      viewreset: () => this.reset(),
      resize: () => this.reset(),
      move: () => this.onMove(),
      zoom: () => this.transform(map.getCenter(), map.getZoom()),
      zoomanim: (e) => this.transform(e.center, e.zoom),
    };
    map.on(this.events);
  }

  remove() {
    this.map.off(this.events);
    this.holder.remove();
    delete this.map._panes[this.pane];
  }

  onMove() {
    const now = performance.now();
    const from = this.map.containerPointToLayerPoint([-MARGIN_PX, -MARGIN_PX]);
    const far = this.corner && (Math.abs(from.x - this.corner.x) > REPAINT_AFTER_PX || Math.abs(from.y - this.corner.y) > REPAINT_AFTER_PX);
    if (far && this.view.zoom === this.map.getZoom() && now - this.lastReset_ms > REPAINT_EVERY_MS) this.reset();
  }

  /** Places the canvas over the map as it stands and paints it whole. */
  reset() {
    const size = this.map.getSize();
    if (!size.x || !size.y || document.hidden || CanvasLayer.isKept) return;
    const width = size.x + 2 * MARGIN_PX, height = size.y + 2 * MARGIN_PX;
    const ratio = Math.min(devicePixelRatio || 1, 2, Math.sqrt(MAX_DEVICE_PIXELS / (width * height)));
    this.lastReset_ms = performance.now();
    this.corner = this.map.containerPointToLayerPoint([-MARGIN_PX, -MARGIN_PX]).round();
    this.fit(width, height, ratio);
    L.DomUtil.setTransform(this.element, this.corner, 1);
    const origin = this.map.getPixelOrigin().add(this.corner);
    const zoom = this.map.getZoom();
    this.view = new View(256 * 2 ** zoom, origin.x, origin.y, width, height, zoom, this.shift());
    this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.ctx.clearRect(0, 0, width, height);
    this.paint(this.ctx, this.view);
  }

  /** From canvas pixels to pixels of the map's box: where a click falls. */
  shift() { return this.map.layerPointToContainerPoint(this.corner); }

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
    if (!this.view || document.hidden || CanvasLayer.isKept) return;
    this.ctx.clearRect(0, 0, this.view.width, this.view.height);
    this.paint(this.ctx, this.view);
  }

  transform(center, zoom) {
    if (!this.view) return;
    const scale = this.map.getZoomScale(zoom, this.view.zoom);
    const corner = L.point(this.view.ox, this.view.oy).multiplyBy(scale);
    L.DomUtil.setTransform(this.element, corner.subtract(this.map._getNewPixelOrigin(center, zoom)), scale);
  }
}

/** While the page is on its way to paper, what is drawn stays: the print itself resizes the map once more. */
CanvasLayer.isKept = false;

class View {
  constructor(scale, ox, oy, width, height, zoom, shift) {
    Object.assign(this, { scale, ox, oy, width, height, zoom, shift });
  }

  px(x) { return x * this.scale - this.ox; }

  py(y) { return y * this.scale - this.oy; }

  /** Does the box of link i touch the canvas? */
  sees(box, i, margin = 8) {
    return this.px(box[4 * i + 2]) > -margin && this.px(box[4 * i]) < this.width + margin
      && this.py(box[4 * i + 3]) > -margin && this.py(box[4 * i + 1]) < this.height + margin;
  }

  /** Is a box of canvas pixels wholly on the screen, not cut by its edge? */
  shows(box) {
    return box[0] >= MARGIN_PX && box[1] >= MARGIN_PX && box[2] <= this.width - MARGIN_PX && box[3] <= this.height - MARGIN_PX;
  }

  holds(px, py, margin = 20) {
    return px > -margin && py > -margin && px < this.width + margin && py < this.height + margin;
  }
}

/** Runs after the next frame has gone to the screen; a hidden tab has no frames and does not wait. */
export function afterPaint(act) {
  if (document.hidden) act(); else requestAnimationFrame(() => afterTask(act));
}

/** Called in a frame: runs when that frame has been painted. */
export function afterTask(act) {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { channel.port1.close(); act(); };
  channel.port2.postMessage(0);
}
