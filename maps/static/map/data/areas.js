// How areas of datasets look: a tint with a hatch, and where a number shades them, one of five classes of
// it. The hatch says the same as the tint, so colour is never the only sign.
import { trace } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape */
/** `low` and `high` are the least and greatest value of each class, from the lowest.
 * @typedef {{column: string, classes: {low: number, high: number}[]}} Shading */

const CLASSES = 5, TILE_PX = [0, 14, 10, 7, 5], HATCH_PX = 1.2, LEGEND = 0.5;
export const TINTS = [0.1, 0.18, 0.26, 0.36, 0.46];
const PLAIN = 1; // the class of areas that no number shades
const UNKNOWN = -1;

/** The classes of a number: as many values in each, equal ones together.
 * @param {Shape[]} shapes @param {string} column @returns {Shading | null} */
export function shadingOf(shapes, column) {
  const values = shapes.filter(({ kind }) => kind === "area")
    .map(({ cells }) => cells?.[column]).filter((value) => typeof value === "number");
  const sorted = /** @type {number[]} */ (values).sort((a, b) => a - b);
  if (!sorted.length) return null;
  const classes = /** @type {{low: number, high: number}[]} */ ([]);
  for (let k = 0; k < CLASSES; k++) {
    const [begin, end] = [k, k + 1].map((part) => Math.floor(part * sorted.length / CLASSES));
    const last = classes.at(-1);
    const own = sorted.slice(begin, end).filter((value) => !last || value > last.high);
    if (own.length) classes.push({ low: own[0], high: own[own.length - 1] });
  }
  return { column, classes };
}

/** The class of an area; -1 where its number is not known. @param {Shape} shape
 * @param {Shading | null} shading */
export function classOf({ cells }, shading) {
  if (!shading) return PLAIN;
  const value = cells?.[shading.column];
  return typeof value === "number" ? shading.classes.findIndex(({ high }) => value <= high) : UNKNOWN;
}

/** Whether an area's number is not known. @param {Shape} shape @param {Shading | null} shading */
export const isUnknown = (shape, shading) => classOf(shape, shading) === UNKNOWN;

/** @param {Ui.Context} ctx @param {Ui.View} view @param {Shape[]} shapes
 * @param {{look: number, colour: string, edge: string, scale: number, shading: Shading | null}} own */
export function paintAreas(ctx, view, shapes, { look, colour, edge, scale, shading }) {
  const paths = new Map();
  for (const shape of shapes) {
    const of = classOf(shape, shading), path = paths.get(of) || new Path2D();
    for (const ring of shape.rings) {
      trace(path, view, ring);
      path.closePath();
    }
    paths.set(of, path);
  }
  ctx.lineJoin = "round";
  for (const [of, path] of paths) if (of >= 0) fill(ctx, path, of, look, colour, scale);
  for (const [of, path] of paths) {
    ctx.setLineDash([]);
    ctx.strokeStyle = edge;
    ctx.lineWidth = 4 * scale;
    ctx.stroke(path);
    ctx.setLineDash(of < 0 ? [2 * scale, 4 * scale] : []);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2 * scale;
    ctx.stroke(path);
  }
  ctx.setLineDash([]);
}

/** @param {Ui.Context} ctx @param {Path2D} path @param {number} of @param {number} look
 * @param {string} colour @param {number} scale */
function fill(ctx, path, of, look, colour, scale) {
  ctx.globalAlpha = TINTS[of];
  ctx.fillStyle = colour;
  ctx.fill(path, "evenodd");
  const tile = hatch(of, look, colour, scale);
  ctx.globalAlpha = 0.7;
  if (tile) {
    ctx.fillStyle = tile;
    ctx.fill(path, "evenodd");
  }
  ctx.globalAlpha = 1;
}

/** The strokes of a hatch across a small box, as a path: "/", "\" or "-" by look; none in the lowest class.
 * @param {number} of @param {number} look @param {number} size */
export function strokesOf(of, look, size) {
  const step = TILE_PX[of] * LEGEND, steps = [];
  if (look % 3 === 2) for (let y = step; step && y < size; y += step) steps.push(`M0 ${y}h${size}`);
  else for (let x = step; step && x < 2 * size; x += step * Math.SQRT2) {
    steps.push(look % 3 ? `M${x - size} 0l${size} ${size}` : `M${x} 0l${-size} ${size}`);
  }
  return steps.join("");
}

/** @param {number} of @param {number} look @param {string} colour @param {number} scale */
function hatch(of, look, colour, scale) {
  const size = Math.round(TILE_PX[of] * scale);
  if (!size) return null;
  const tile = new OffscreenCanvas(size, size), pen = tile.getContext("2d");
  if (!pen) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = HATCH_PX * scale;
  pen.beginPath();
  for (const shift of [-size, 0, size]) { // the corners belong to the neighbours' strokes
    if (look % 3 === 2) { pen.moveTo(0, size / 2); pen.lineTo(size, size / 2); continue; }
    pen.moveTo(shift, look % 3 ? 0 : size);
    pen.lineTo(shift + size, look % 3 ? size : 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}
