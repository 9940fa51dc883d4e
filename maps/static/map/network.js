// The roads as flat arrays: a link is an index. Places are in world units, 0..1 of the Web Mercator square.

const RANKS = ["motorway", "express", "national", "metropolitan", "state", "local", "city"];
export const FREE = 0, SLOW = 1, JAM = 2, UNKNOWN = 3;
const MITRE_LIMIT = 1.6;

export const worldX = (lon) => (lon + 180) / 360;
export const worldY = (lat) => {
  const sine = Math.sin(lat * Math.PI / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};
export const lonOf = (x) => x * 360 - 180;
export const latOf = (y) => Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;

export class Network {
  /** `file` is the answer of /api/v1/network/VERSION.json. */
  constructor(file) {
    Object.assign(this, {
      version: file.version, city: file.city, simulated: file.simulated, bbox: file.bbox,
      ids: file.ids, names: file.names, roads: file.roads, classes: file.classes, kinds: file.kinds,
      lengths: file.lengths, free: file.free, drawn: Uint8Array.from(file.drawn),
      slow: file.slow, jam: file.jam, places: file.places || [], routes: file.routes || [],
    });
    this.count = file.ids.length;
    this.indexOf = new Map(file.ids.map((id, i) => [id, i]));
    this.readRanks();
    this.readShapes(file.geometry);
  }

  /** Ranks are relative: a city of one road class draws it at full width. */
  readRanks() {
    const present = RANKS.filter((rank) => this.classes.includes(rank));
    const place = new Map(present.map((rank, i) => [rank, i]));
    this.rankCount = Math.max(1, present.length);
    this.rank = Uint8Array.from(this.classes, (name) => place.get(name) ?? this.rankCount - 1);
  }

  readShapes(shapes) {
    const total = shapes.reduce((sum, shape) => sum + shape.length / 2, 0);
    this.start = new Int32Array(this.count + 1);
    this.x = new Float64Array(total);
    this.y = new Float64Array(total);
    this.nx = new Float32Array(total);
    this.ny = new Float32Array(total);
    this.box = new Float64Array(this.count * 4);
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      this.start[i] = at;
      at = this.readShape(shapes[i], at, i);
    }
    this.start[this.count] = at;
  }

  readShape(shape, at, i) {
    let lon = 0, lat = 0;
    const first = at;
    for (let k = 0; k < shape.length; k += 2, at++) {
      lon += shape[k];
      lat += shape[k + 1];
      this.x[at] = worldX(lon / 1e5);
      this.y[at] = worldY(lat / 1e5);
    }
    this.readNormals(first, at);
    this.readBox(first, at, i);
    return at;
  }

  /** At each vertex the direction to the right of travel, longer at a bend so that the line keeps its distance. */
  readNormals(first, end) {
    const { x, y, nx, ny } = this;
    let ax = 0, ay = 0; // the normal of the piece before the vertex
    for (let v = first; v < end; v++) {
      let bx = ax, by = ay;
      if (v + 1 < end) {
        const dx = x[v + 1] - x[v], dy = y[v + 1] - y[v], size = Math.hypot(dx, dy) || 1;
        bx = -dy / size;
        by = dx / size;
        if (v === first) { ax = bx; ay = by; }
      }
      const sx = ax + bx, sy = ay + by, size = Math.hypot(sx, sy) || 1;
      const stretch = size > 0.2 ? Math.min(MITRE_LIMIT, 2 / size) : 1;
      nx[v] = sx / size * stretch;
      ny[v] = sy / size * stretch;
      ax = bx;
      ay = by;
    }
  }

  normal(a, b) {
    const dx = this.x[b] - this.x[a], dy = this.y[b] - this.y[a];
    const size = Math.hypot(dx, dy) || 1;
    return [-dy / size, dx / size];
  }

  readBox(first, end, i) {
    const { box, x, y } = this;
    box[4 * i] = box[4 * i + 1] = Infinity;
    box[4 * i + 2] = box[4 * i + 3] = -Infinity;
    for (let v = first; v < end; v++) {
      box[4 * i] = Math.min(box[4 * i], x[v]);
      box[4 * i + 1] = Math.min(box[4 * i + 1], y[v]);
      box[4 * i + 2] = Math.max(box[4 * i + 2], x[v]);
      box[4 * i + 3] = Math.max(box[4 * i + 3], y[v]);
    }
  }

  /** The level of a speed on a link; a negative speed is one nobody knows. */
  levelOf(i, speed_kmh) {
    if (speed_kmh < 0) return UNKNOWN;
    return speed_kmh < this.jam[i] ? JAM : speed_kmh < this.slow[i] ? SLOW : FREE;
  }

  nameOf(i) { return this.names[i] || this.roads[i] || this.ids[i]; }

  /** The name of a stop, read off the sections that begin or end at it; "" for one that none does. */
  stopName(id) {
    if (!this.stopNames) this.readStopNames();
    return this.stopNames.get(id) || "";
  }

  readStopNames() {
    this.stopNames = new Map();
    for (let i = 0; i < this.count; i++) {
      const ends = this.ids[i].split(">"), names = (this.names[i] || "").split(" → ");
      if (ends.length === 2 && names.length === 2) ends.forEach((id, k) => this.stopNames.set(id, names[k]));
    }
  }

  /** The middle of a link's line in world units, with its direction there. */
  middle(i) {
    const first = this.start[i], last = this.start[i + 1] - 1;
    let half = 0;
    for (let v = first; v < last; v++) half += Math.hypot(this.x[v + 1] - this.x[v], this.y[v + 1] - this.y[v]) / 2;
    for (let v = first; v < last; v++) {
      const dx = this.x[v + 1] - this.x[v], dy = this.y[v + 1] - this.y[v];
      const size = Math.hypot(dx, dy);
      if (half <= size || v === last - 1) {
        const part = size ? Math.min(1, half / size) : 0;
        return { x: this.x[v] + dx * part, y: this.y[v] + dy * part, dx, dy, n: this.normal(v, v + 1) };
      }
      half -= size;
    }
    return { x: this.x[first], y: this.y[first], dx: 1, dy: 0, n: [0, 1] };
  }

  /** [[south, west], [north, east]] of some links, or null. */
  bounds(links) {
    if (!links.length) return null;
    let w = Infinity, n = Infinity, e = -Infinity, s = -Infinity;
    for (const i of links) {
      w = Math.min(w, this.box[4 * i]); n = Math.min(n, this.box[4 * i + 1]);
      e = Math.max(e, this.box[4 * i + 2]); s = Math.max(s, this.box[4 * i + 3]);
    }
    return [[latOf(s), lonOf(w)], [latOf(n), lonOf(e)]];
  }
}
