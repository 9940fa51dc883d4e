// Features of a dataset as the map draws and finds them: points, lines and areas in world units.
import { worldX, worldY } from "../network.js";

/** @typedef {{type: string, coordinates: any}} Geometry */
/** `row` is its number in the dataset, 0: several rows; `rings` are the points of each part, x and y in turn;
 * `count` is how many rows it stands for; `cells` are its columns, where they came with it.
 * @typedef {{row: number, count: number, kind: string, rings: number[][],
 *   cells?: Record<string, unknown>}} Shape */

const KINDS = {
  Point: "point", MultiPoint: "point", LineString: "line", MultiLineString: "line", Polygon: "area",
  MultiPolygon: "area",
};

/** @param {{id: number, geometry: Geometry, properties?: Record<string, unknown>}} of @returns {Shape} */
export function shapeOf({ id, geometry: { type, coordinates }, properties: cells }) {
  const kind = Reflect.get(KINDS, type) || "";
  const rings = kind ? ringsIn(kind === "point" ? [coordinates] : coordinates) : [];
  return { row: id, count: 1, kind, rings, cells };
}

/** Adds a line through the positions of a ring. @param {Ui.Context | Path2D} path
 * @param {{px: (x: number) => number, py: (y: number) => number}} view @param {number[]} ring */
export function trace(path, view, ring) {
  for (let k = 0; k < ring.length; k += 2) {
    const x = view.px(ring[k]), y = view.py(ring[k + 1]);
    if (k) path.lineTo(x, y); else path.moveTo(x, y);
  }
}

/** Rows that are shown as one. @param {number[]} mark as the API has it @returns {Shape} */
export const markOf = ([lon, lat, count, row]) =>
  ({ row, count, kind: "point", rings: [[worldX(lon), worldY(lat)]] });

/** How much larger than a point a mark of many rows is. @param {number} count */
export const growthOf = (count) => count > 1 ? 1.7 + 0.35 * Math.log10(count) : 1;

/** The lists of positions in coordinates, however deep. @param {any} part @returns {number[][]} */
function ringsIn(part) {
  if (!Array.isArray(part) || !part.length) return [];
  const isPosition = typeof part[0]?.[0] === "number";
  return isPosition ? [part.flatMap(([lon, lat]) => [worldX(lon), worldY(lat)])] : part.flatMap(ringsIn);
}

/** The shape nearest to a place of the canvas: a point or a line, else an area that it lies in or beside.
 * @param {Shape[]} shapes @param {{px: (x: number) => number, py: (y: number) => number}} view
 * @param {number} x @param {number} y @param {number} slack_px */
export function nearestOf(shapes, view, x, y, slack_px) {
  const isArea = (/** @type {Shape} */ { kind }) => kind === "area";
  const areas = shapes.filter(isArea), others = shapes.filter((shape) => !isArea(shape));
  return closest(others, view, x, y, slack_px) || areas.find((shape) => isWithin(shape, view, x, y))
    || closest(areas, view, x, y, slack_px);
}

/** @param {Shape[]} shapes @param {{px: (x: number) => number, py: (y: number) => number}} view
 * @param {number} x @param {number} y @param {number} slack_px @returns {Shape | null} */
function closest(shapes, view, x, y, slack_px) {
  let best = null, least = slack_px;
  for (const shape of shapes) {
    const away = awayFrom(shape, view, x, y) / growthOf(shape.count);
    if (away < least) { best = shape; least = away; }
  }
  return best;
}

/** @param {Shape} shape @param {{px: (x: number) => number, py: (y: number) => number}} view
 * @param {number} x @param {number} y */
function awayFrom({ rings, kind }, view, x, y) {
  let least = Infinity;
  for (const ring of rings) {
    for (let k = 0; k < ring.length; k += 2) {
      const ax = view.px(ring[k]), ay = view.py(ring[k + 1]);
      const isLast = k + 3 >= ring.length || kind === "point";
      const away = isLast ? Math.hypot(x - ax, y - ay)
        : fromSegment(x, y, ax, ay, view.px(ring[k + 2]), view.py(ring[k + 3]));
      least = Math.min(least, away);
    }
  }
  return least;
}

/** @param {number} x @param {number} y @param {number} ax @param {number} ay @param {number} bx
 * @param {number} by */
function fromSegment(x, y, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
  const share = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

/** Whether a place lies in an area: each edge left of it turns the answer, so holes count too.
 * @param {Shape} shape @param {{px: (x: number) => number, py: (y: number) => number}} view
 * @param {number} x @param {number} y */
function isWithin({ rings }, view, x, y) {
  let isIn = false;
  for (const ring of rings) {
    for (let k = 0, j = ring.length - 2; k < ring.length; j = k, k += 2) {
      const [ay, by] = [view.py(ring[k + 1]), view.py(ring[j + 1])];
      const ax = view.px(ring[k]), bx = view.px(ring[j]);
      if (ay > y !== by > y && x < (bx - ax) * (y - ay) / (by - ay) + ax) isIn = !isIn;
    }
  }
  return isIn;
}
