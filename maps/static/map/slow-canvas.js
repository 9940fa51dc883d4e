// A canvas too full to be painted in one frame: the next picture is painted out of sight, then shown whole.
import { el } from "../dom.js";
import { CanvasLayer } from "./canvas-layer.js";
import { Slices } from "./slices.js";

const MOST_STRETCH = 2.1; // one step of zoom is no stretch
const LONGEST_MS = 1200; // a picture under way that long makes room for a newer one

/** `steps(ctx, view)` paints the whole canvas bit by bit; `shown` is called when it is on the screen. `paint`
 * paints it at once: while the map moves, and where news can wait for some frames, it is painted bit by bit
 * all the same. Without it, it always is.
 * @typedef {{steps: (ctx: Ui.Context, view: Ui.View) => Iterator<void>, shown: () => void,
 *   paint?: Ui.Paint | null}} Painting */

export class SlowCanvas extends CanvasLayer {
  slices = new Slices();
  began_ms = 0;
  isStale = false;
  /** The place that the picture under way is for. @type {Ui.Placed | null} */
  next = null;

  /** @param {Ui.LeafletMap} map @param {string} pane @param {number} zIndex @param {Painting} painting */
  constructor(map, pane, zIndex, { steps, shown, paint = null }) {
    super(map, pane, zIndex, paint || (() => {}));
    this.steps = steps;
    this.shown = shown;
    this.isAtOnce = paint !== null;
    const hidden = el("canvas").getContext("2d", { willReadFrequently: true });
    if (!hidden) throw new Error("this browser has no canvas");
    this.hidden = hidden;
  }

  /** Strokes are only noted down until somebody looks: this makes them cost their time now. */
  flush() { this.hidden.getImageData(0, 0, 1, 1); }

  remove() {
    this.slices.stop();
    super.remove();
  }

  reset() {
    if (!this.isAtOnce) { this.begin(false); return; }
    this.slices.stop();
    super.reset();
  }

  repaint() {
    if (!this.isAtOnce) { this.begin(false); return; }
    this.isStale = this.slices.isBusy;
    super.repaint();
  }

  resetInTurn() { this.begin(true); }

  repaintInTurn() { this.begin(true); }

  /** Begins a picture of the map as it stands. @param {boolean} isInTurn */
  begin(isInTurn) {
    const placed = this.placed();
    if (!placed) return;
    const isYoung = this.slices.isBusy && performance.now() - this.began_ms < LONGEST_MS;
    if (isYoung && this.next?.view.zoom === placed.view.zoom) { this.isStale = true; return; }
    this.isStale = false;
    this.began_ms = performance.now();
    this.next = placed;
    const steps = this.stepsOn(placed), done = () => this.show(placed);
    if (isInTurn && this.view) this.slices.startInTurn(steps, done);
    else this.slices.start(steps, done, this.view === null);
  }

  /** An old picture of signs that is stretched far would show them as large as streets.
   * @param {import("leaflet").LatLng} center @param {number} zoom */
  transform(center, zoom) {
    super.transform(center, zoom);
    const scale = this.view ? this.map.getZoomScale(zoom, this.view.zoom) : 1;
    this.element.classList.toggle("is-far", scale > MOST_STRETCH || scale < 1 / MOST_STRETCH);
  }

  /** @param {Ui.Placed} placed */
  place(placed) {
    super.place(placed);
    this.element.classList.remove("is-far");
  }

  /** @param {Ui.Placed} placed */
  *stepsOn({ width, height, ratio, view }) {
    const element = this.hidden.canvas;
    element.width = Math.round(width * ratio); // an assignment clears it as well
    element.height = Math.round(height * ratio);
    this.hidden.setTransform(ratio, 0, 0, ratio, 0, 0);
    yield* { [Symbol.iterator]: () => this.steps(this.hidden, view) };
  }

  /** @param {Ui.Placed} placed */
  show(placed) {
    this.next = null;
    if (!this.isOfPlace(placed)) { this.begin(true); return; }
    this.place(placed);
    this.ctx.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx.globalCompositeOperation = "copy"; // in place of what stands there: one pass, not two
    this.ctx.drawImage(this.hidden.canvas, 0, 0);
    this.ctx.globalCompositeOperation = "source-over";
    this.ctx.setTransform(placed.ratio, 0, 0, placed.ratio, 0, 0);
    this.shown();
    if (this.isStale) this.begin(true);
  }

  /** Whether the map has been panned only since a picture began. @param {Ui.Placed} placed */
  isOfPlace({ view, corner }) {
    const origin = this.map.getPixelOrigin().add(corner);
    return view.zoom === this.map.getZoom() && origin.x === view.ox && origin.y === view.oy;
  }
}
