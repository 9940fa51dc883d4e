// What lies under the pointer: a mark, a bus, a detour, else the nearest link. Canvases take no mouse events.
import { pointsOf } from "./detour-lines.js";

const MARK_SLACK_PX = 4, BUS_PX = 8, LINK_PX = 11, DETOUR_PX = 5, BOX_SLACK_PX = 24, FINGER = 1.6;

export class Nearest {
  /** @param {Ui.LinksLayer} links @param {Ui.MarksLayer} marks @param {Ui.BusesLayer} buses */
  constructor(links, marks, buses) {
    this.links = links;
    this.marks = marks;
    this.buses = buses;
    this.finger = matchMedia("(pointer: coarse)").matches ? FINGER : 1;
  }

  /** @param {{x: number, y: number}} point of the map's box @param {Ui.Chosen | null} [chosen] of marks that
   * lie on one another the one below it is taken @returns {Ui.Hit | null} */
  at(point, chosen) {
    const [mark, bus, link] = [this.marks, this.buses, this.links].map((layer) => placeOn(layer, point));
    const { view } = this.links, above = this.marks.canvas.view;
    if (!view || !above) return null;
    return this.mark(mark.x, mark.y, chosen) || this.bus(bus.x, bus.y)
      || this.detour(mark.x, mark.y, above) || this.link(link.x, link.y, view);
  }

  /** The way of a detour, where it is drawn. @param {number} x @param {number} y @param {Ui.View} view
   * @returns {Ui.Hit | null} */
  detour(x, y, view) {
    const { picture, state } = this.marks;
    if (!state.isShown("detours")) return null;
    for (const row of picture.rows.detour.values()) {
      const points = pointsOf(row, view);
      const isNear = points.slice(1).some((b, k) =>
        fromSegment(x, y, points[k].x, points[k].y, b.x, b.y) < DETOUR_PX * this.finger);
      if (isNear) return { kind: "detour", id: row.id, index: -1 };
    }
    return null;
  }

  /** @param {number} x @param {number} y @param {Ui.Chosen | null} [chosen] @returns {Ui.Hit | null} */
  mark(x, y, chosen) {
    const { marks } = this.marks, seen = marks.filter(({ under }) => !under);
    const top = closest(seen, x, y, ({ r }) => (r + MARK_SLACK_PX) * this.finger);
    if (!top) return null;
    const stack = [top, ...marks.filter(({ under }) => under === top).reverse()];
    const at = stack.findIndex(({ kind, id }) => kind === chosen?.kind && id === chosen.id);
    const { kind, id } = stack[(at + 1) % stack.length];
    return { kind, id, index: -1 };
  }

  /** @param {number} x @param {number} y @returns {Ui.Hit | null} */
  bus(x, y) {
    const dot = closest(this.buses.drawn, x, y, () => BUS_PX * this.finger);
    return dot && { kind: "bus", id: dot.row[0], index: -1 };
  }

  /** @param {number} x @param {number} y @param {Ui.View} view @returns {Ui.Hit | null} */
  link(x, y, view) {
    const { network: { box, ids }, visible } = this.links;
    let best = -1, least = LINK_PX * this.finger;
    for (const i of visible) {
      if (isFar(x, view.px(box[4 * i]), view.px(box[4 * i + 2]))) continue;
      if (isFar(y, view.py(box[4 * i + 1]), view.py(box[4 * i + 3]))) continue;
      const away = this.distance(i, x, y, view);
      if (away < least) { least = away; best = i; }
    }
    return best < 0 ? null : { kind: "link", id: ids[best], index: best };
  }

  /** Distance of a point from a link as it is drawn, px.
   * @param {number} i @param {number} x @param {number} y @param {Ui.View} view */
  distance(i, x, y, view) {
    const { start, end, x: wx, y: wy, nx, ny } = this.links.network, away = this.links.offset(i);
    let least = Infinity;
    for (let v = start[i]; v < end[i] - 1; v++) {
      const ax = view.px(wx[v]) + nx[v] * away, ay = view.py(wy[v]) + ny[v] * away;
      const bx = view.px(wx[v + 1]) + nx[v + 1] * away, by = view.py(wy[v + 1]) + ny[v + 1] * away;
      least = Math.min(least, fromSegment(x, y, ax, ay, bx, by));
    }
    return least;
  }
}

/** A point of the map's box on the canvas of a layer: each is where the map was when it was painted.
 * @param {{canvas: import("./canvas-layer.js").CanvasLayer}} layer @param {{x: number, y: number}} point */
function placeOn({ canvas }, { x, y }) {
  const shift = canvas.shift();
  return { x: x - shift.x, y: y - shift.y };
}

/** @param {number} at @param {number} from @param {number} to */
const isFar = (at, from, to) => from - at > BOX_SLACK_PX || at - to > BOX_SLACK_PX;

/** The nearest of things within each one's reach, the last of equals: it lies on top.
 * @template {{x: number, y: number}} T
 * @param {T[]} things @param {number} x @param {number} y @param {(thing: T) => number} reachOf */
function closest(things, x, y, reachOf) {
  let best = /** @type {T | null} */ (null);
  let least = Infinity;
  for (const thing of things) {
    const away = Math.hypot(thing.x - x, thing.y - y);
    if (away <= reachOf(thing) && away <= least) { least = away; best = thing; }
  }
  return best;
}

/** @param {number} x @param {number} y @param {number} ax @param {number} ay @param {number} bx
 * @param {number} by */
export function fromSegment(x, y, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay;
  const size = dx * dx + dy * dy;
  const part = size ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / size)) : 0;
  return Math.hypot(x - ax - dx * part, y - ay - dy * part);
}
