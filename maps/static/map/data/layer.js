// The datasets that somebody put on the map, each with a look of its own: colour and form together.
import { CanvasLayer } from "../canvas-layer.js";
import { paintAreas } from "./areas.js";
import { growthOf, nearestOf, trace } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {{id: string, look: number, shapes: Shape[],
 *   shading: import("./areas.js").Shading | null}} Shown */

export const LOOKS = 6;
const SLACK_PX = 12, FINGER = 1.6, LARGE_FROM_ZOOM = 15, EDGE_PX = 1.5;
const UNDER_ROADS = 210; // a tint or hatch over a road would change what its colour says

/** The colour of a look as the page has it now. @param {number} look */
const colourOf = (look) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--data-${look + 1}`).trim() || "CanvasText";

/** Adds the outline of a look around a place. @param {Ui.Context | Path2D} path @param {number} look
 * @param {number} x @param {number} y @param {number} r */
export function outline(path, look, x, y, r) {
  if (look % 3 === 0) { path.moveTo(x + r, y); path.arc(x, y, r, 0, 2 * Math.PI); return; }
  if (look % 3 === 1) { path.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r); return; }
  path.moveTo(x, y - 1.2 * r);
  path.lineTo(x + 1.1 * r, y + 0.8 * r);
  path.lineTo(x - 1.1 * r, y + 0.8 * r);
  path.closePath();
}

export class DataLayer {
  shown = /** @type {Shown[]} */ ([]);

  /** @param {Ui.LeafletMap} map */
  constructor(map) {
    this.finger = matchMedia("(pointer: coarse)").matches ? FINGER : 1;
    const paints = (/** @type {string[]} */ ...kinds) => /** @type {Ui.Paint} */ ((ctx, view) =>
      this.paint(ctx, view, kinds));
    this.under = new CanvasLayer(map, "bomnae-areas", UNDER_ROADS, paints("area"));
    this.canvas = new CanvasLayer(map, "bomnae-data", 390, paints("line", "point"));
    this.under.reset();
    this.canvas.reset();
  }

  /** @param {Shown[]} shown */
  show(shown) {
    this.shown = shown;
    this.under.repaint();
    this.canvas.repaint();
  }

  /** What lies under a place of the map's box. @param {{x: number, y: number}} point */
  at(point) {
    const { view } = this.canvas, shift = this.canvas.shift();
    if (!view) return null;
    const found = [...this.shown].reverse().flatMap(({ id, shapes }) => {
      const shape = nearestOf(shapes, view, point.x - shift.x, point.y - shift.y, SLACK_PX * this.finger);
      return shape ? [{ id, shape }] : [];
    });
    return found.find(({ shape }) => shape.kind !== "area") || found[0] || null;
  }

  /** Each kind in turn: no line lies over the points of another dataset. @param {Ui.Context} ctx
   * @param {Ui.View} view @param {string[]} kinds */
  paint(ctx, view, kinds) {
    const style = getComputedStyle(document.documentElement), scale = parseFloat(style.fontSize) / 16;
    const edge = style.getPropertyValue("--map-halo").trim();
    const r = (view.zoom < LARGE_FROM_ZOOM ? 4 : 6) * scale;
    for (const kind of kinds) {
      for (const { look, shapes, shading } of this.shown) {
        const own = shapes.filter((shape) => shape.kind === kind), colour = colourOf(look);
        const looks = { look, colour, edge, r, edge_px: EDGE_PX * scale };
        if (kind === "point") paintPoints(ctx, view, own, looks);
        else if (kind === "area") paintAreas(ctx, view, own, { look, colour, edge, scale, shading });
        else paintLines(ctx, view, own, colour, edge, scale);
      }
    }
  }
}

/** @param {Ui.Context} ctx @param {Ui.View} view @param {Shape[]} shapes
 * @param {{look: number, colour: string, edge: string, r: number, edge_px: number}} own */
function paintPoints(ctx, view, shapes, { look, colour, edge, r, edge_px }) {
  ctx.beginPath();
  for (const { rings, count } of shapes) {
    for (const ring of rings) {
      for (let k = 0; k < ring.length; k += 2) {
        const x = view.px(ring[k]), y = view.py(ring[k + 1]);
        if (view.holds(x, y)) outline(ctx, look, x, y, r * growthOf(count));
      }
    }
  }
  ctx.lineWidth = 2 * edge_px;
  ctx.strokeStyle = edge;
  ctx.stroke();
  ctx.fillStyle = colour;
  ctx.fill();
  paintCounts(ctx, view, shapes.filter(({ count }) => count > 1), edge, r);
}

/** How many rows a mark stands for, in it. @param {Ui.Context} ctx @param {Ui.View} view
 * @param {Shape[]} shapes @param {string} edge @param {number} r */
function paintCounts(ctx, view, shapes, edge, r) {
  ctx.fillStyle = edge;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const { rings: [[wx, wy]], count } of shapes) {
    const x = view.px(wx), y = view.py(wy), text = shortCount(count);
    ctx.font = `700 ${r * growthOf(count) * Math.min(1.05, 2.6 / text.length)}px sans-serif`;
    if (view.holds(x, y)) ctx.fillText(text, x, y);
  }
}

/** "12", "340", "1.2k", "15k". @param {number} count */
export const shortCount = (count) => count < 1_000 ? String(count)
  : `${count < 9_950 ? (count / 1_000).toFixed(1).replace(".0", "") : Math.round(count / 1_000)}k`;

/** @param {Ui.Context} ctx @param {Ui.View} view @param {Shape[]} shapes @param {string} colour
 * @param {string} edge @param {number} scale */
function paintLines(ctx, view, shapes, colour, edge, scale) {
  if (!shapes.length) return;
  ctx.beginPath();
  for (const { rings } of shapes) for (const ring of rings) trace(ctx, view, ring);
  ctx.lineJoin = "round";
  ctx.lineCap = "butt";
  ctx.strokeStyle = edge;
  ctx.lineWidth = 5.5 * scale;
  ctx.stroke();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 3.5 * scale;
  ctx.setLineDash([7 * scale, 4 * scale]); // as no road of ours is
  ctx.stroke();
  ctx.setLineDash([]);
}
