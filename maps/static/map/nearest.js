// What lies under the pointer: a mark, then a bus, then the nearest link. Canvases take no mouse events.

const MARK_SLACK_PX = 4, BUS_PX = 8, LINK_PX = 11, FINGER = 1.6;

export class Nearest {
  constructor(links, marks, buses) {
    Object.assign(this, { links, marks, buses });
    this.finger = matchMedia("(pointer: coarse)").matches ? FINGER : 1;
  }

  /** {kind: "work" | "incident" | "bus" | "link", id, index} at a point of the map's box, or null. */
  at(point) {
    const view = this.links.view;
    if (!view) return null;
    const shift = this.links.canvas.shift();
    const x = point.x - shift.x, y = point.y - shift.y;
    return this.mark(x, y) || this.bus(x, y) || this.link(x, y, view);
  }

  mark(x, y) {
    let best = null, least = Infinity;
    for (const mark of this.marks.marks) {
      const away = Math.hypot(mark.x - x, mark.y - y);
      if (away <= (mark.r + MARK_SLACK_PX) * this.finger && away <= least) { least = away; best = mark; }
    }
    return best && { kind: best.kind, id: best.id };
  }

  bus(x, y) {
    let best = null, least = BUS_PX * this.finger;
    for (const dot of this.buses.drawn) {
      const away = Math.hypot(dot.x - x, dot.y - y);
      if (away <= least) { least = away; best = dot.bus; }
    }
    return best && { kind: "bus", id: best.vehicle };
  }

  link(x, y, view) {
    const { network } = this.links;
    let best = -1, least = LINK_PX * this.finger;
    for (const i of this.links.visible) {
      const { box } = network;
      if (view.px(box[4 * i]) - x > 24 || x - view.px(box[4 * i + 2]) > 24 || view.py(box[4 * i + 1]) - y > 24 || y - view.py(box[4 * i + 3]) > 24) continue;
      const away = this.distance(i, x, y, view);
      if (away < least) { least = away; best = i; }
    }
    return best < 0 ? null : { kind: "link", id: network.ids[best], index: best };
  }

  /** Distance of a point from a link as it is drawn, px. */
  distance(i, x, y, view) {
    const { start, x: wx, y: wy, nx, ny } = this.links.network;
    const away = this.links.offset(i);
    let least = Infinity;
    for (let v = start[i]; v < start[i + 1] - 1; v++) {
      const ax = view.px(wx[v]) + nx[v] * away, ay = view.py(wy[v]) + ny[v] * away;
      const bx = view.px(wx[v + 1]) + nx[v + 1] * away, by = view.py(wy[v + 1]) + ny[v + 1] * away;
      least = Math.min(least, fromSegment(x, y, ax, ay, bx, by));
    }
    return least;
  }
}

function fromSegment(x, y, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay;
  const size = dx * dx + dy * dy;
  const part = size ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / size)) : 0;
  return Math.hypot(x - ax - dx * part, y - ay - dy * part);
}
