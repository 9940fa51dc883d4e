// A canvas too full to be painted at once: the next picture is painted out of sight, then shown whole.
import { el } from "../dom.js";
import { CanvasLayer } from "./canvas-layer.js";
import { Slices } from "./slices.js";

const LONGEST_MS = 600; // a picture under way that long makes room for a newer one

export class SlowCanvas extends CanvasLayer {
  slices = new Slices();
  began_ms = 0;
  isStale = false;
  /** The place that the picture under way is for. @type {Ui.Placed | null} */
  next = null;

  /** `steps(ctx, view)` paints the whole canvas bit by bit; `shown` is called when it is on the screen.
   * @param {Ui.LeafletMap} map @param {string} pane @param {number} zIndex
   * @param {(ctx: Ui.Context, view: Ui.View) => Iterator<void>} steps @param {() => void} shown */
  constructor(map, pane, zIndex, steps, shown) {
    super(map, pane, zIndex, () => {});
    this.steps = steps;
    this.shown = shown;
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
    const placed = this.placed();
    if (placed) this.begin(placed);
  }

  repaint() { this.reset(); }

  /** @param {Ui.Placed} placed */
  begin(placed) {
    const isYoung = this.slices.isBusy && performance.now() - this.began_ms < LONGEST_MS;
    if (isYoung && this.next?.view.zoom === placed.view.zoom) { this.isStale = true; return; }
    this.isStale = false;
    this.began_ms = performance.now();
    this.next = placed;
    const element = this.hidden.canvas, { width, height, ratio } = placed;
    element.width = Math.round(width * ratio); // an assignment clears it as well
    element.height = Math.round(height * ratio);
    this.hidden.setTransform(ratio, 0, 0, ratio, 0, 0);
    const steps = this.steps(this.hidden, placed.view);
    this.slices.start(steps, () => this.show(placed), this.view === null);
  }

  /** @param {Ui.Placed} placed */
  show(placed) {
    this.next = null;
    this.place(placed);
    this.ctx.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx.clearRect(0, 0, this.element.width, this.element.height);
    this.ctx.drawImage(this.hidden.canvas, 0, 0);
    this.ctx.setTransform(placed.ratio, 0, 0, placed.ratio, 0, 0);
    this.shown();
    if (this.isStale) this.reset();
  }
}
