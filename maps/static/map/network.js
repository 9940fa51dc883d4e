// The roads as flat arrays: a link is an index. Places are in world units, 0..1 of the Web Mercator square.
import { FREE, JAM, SLOW, UNKNOWN } from "../levels.js";

const RANKS = ["motorway", "express", "national", "metropolitan", "state", "local", "city"];
const MITRE_LIMIT = 1.6;

/** @param {number} lon */
export const worldX = (lon) => (lon + 180) / 360;
/** @param {number} lat */
export function worldY(lat) {
  const sine = Math.sin(lat * Math.PI / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}
/** @param {number} x */
const lonOf = (x) => x * 360 - 180;
/** @param {number} y */
const latOf = (y) => Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;

export class Network {
  stopNames = /** @type {Map<string, string> | null} */ (null);

  /** @param {Api.NetworkFile} file */
  constructor(file) {
    this.version = file.version;
    this.city = file.city;
    this.simulated = file.simulated;
    this.bbox = file.bbox;
    this.ids = file.ids;
    this.names = file.names;
    this.roads = file.roads;
    this.classes = file.classes;
    this.lengths = file.lengths;
    this.free = file.free;
    this.slow = file.slow;
    this.jam = file.jam;
    this.places = file.places || [];
    this.routes = file.routes || [];
    this.drawn = Uint8Array.from(file.drawn);
    this.count = file.ids.length;
    this.indexOf = new Map(file.ids.map((id, i) => [id, i]));
    // Ranks are relative: a city of one road class draws it at full width.
    const present = RANKS.filter((rank) => this.classes.includes(rank));
    this.rankCount = Math.max(1, present.length);
    const others = present.length ? present.length - 1 : 0;
    const ranks = new Map(present.map((name, rank) => [name, rank]));
    this.rank = Uint8Array.from(this.classes, (name) => ranks.get(name) ?? others);
    this.start = new Int32Array(this.count + 1);
    const total = file.geometry.reduce((sum, shape) => sum + shape.length / 2, 0);
    this.x = new Float64Array(total);
    this.y = new Float64Array(total);
    this.nx = new Float32Array(total);
    this.ny = new Float32Array(total);
    this.box = new Float64Array(this.count * 4);
    file.geometry.forEach((shape, i) => this.readShape(shape, i));
  }

  /** @param {number[]} shape of the first point, then differences, in 1e-5 degrees @param {number} i */
  readShape(shape, i) {
    const first = this.start[i], end = this.start[i + 1] = first + shape.length / 2;
    for (let k = 0, at = first, lon = 0, lat = 0; k < shape.length; k += 2, at++) {
      lon += shape[k];
      lat += shape[k + 1];
      this.x[at] = worldX(lon / 1e5);
      this.y[at] = worldY(lat / 1e5);
    }
    this.readNormals(first, end);
    this.readBox(first, end, i);
  }

  /** At each vertex the direction to the right of travel, longer at a bend: the line keeps its distance.
   * @param {number} first @param {number} end */
  readNormals(first, end) {
    let [ax, ay] = first + 1 < end ? this.normal(first, first + 1) : [0, 0]; // of the piece before the vertex
    for (let v = first; v < end; v++) {
      const [bx, by] = v + 1 < end ? this.normal(v, v + 1) : [ax, ay];
      const sx = ax + bx, sy = ay + by, size = Math.hypot(sx, sy) || 1;
      const stretch = size > 0.2 ? Math.min(MITRE_LIMIT, 2 / size) : 1;
      this.nx[v] = sx / size * stretch;
      this.ny[v] = sy / size * stretch;
      [ax, ay] = [bx, by];
    }
  }

  /** @param {number} a @param {number} b @returns {[number, number]} */
  normal(a, b) {
    const dx = this.x[b] - this.x[a], dy = this.y[b] - this.y[a];
    const size = Math.hypot(dx, dy) || 1;
    return [-dy / size, dx / size];
  }

  /** @param {number} first @param {number} end @param {number} i */
  readBox(first, end, i) {
    const x = this.x.subarray(first, end), y = this.y.subarray(first, end);
    this.box.set([Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)], 4 * i);
  }

  /** The level of a speed on a link; a negative speed is one nobody knows. @param {number} i
   * @param {number} speed_kmh */
  levelOf(i, speed_kmh) {
    if (speed_kmh < 0) return UNKNOWN;
    return speed_kmh < this.jam[i] ? JAM : speed_kmh < this.slow[i] ? SLOW : FREE;
  }

  /** @param {number} i */
  nameOf(i) { return this.names[i] || this.roads[i] || this.ids[i]; }

  /** The indexes of links by id or index; one the network does not know is left out.
   * @param {(string | number)[]} links */
  indexes(links) {
    return links.flatMap((link) => typeof link === "number" ? link : this.indexOf.get(link) ?? []);
  }

  /** The name of a stop, read off the sections that begin or end at it; else its id. @param {string} id */
  stopName(id) {
    this.stopNames ||= this.readStopNames();
    return this.stopNames.get(id) || id;
  }

  readStopNames() {
    const found = /** @type {Map<string, string>} */ (new Map());
    for (let i = 0; i < this.count; i++) {
      const ends = this.ids[i].split(">"), names = (this.names[i] || "").split(" → ");
      if (ends.length === 2 && names.length === 2) ends.forEach((id, k) => found.set(id, names[k]));
    }
    return found;
  }

  /** @param {number} i @returns {Ui.Middle} */
  middle(i) {
    const { x, y } = this, first = this.start[i], last = this.start[i + 1] - 1;
    /** @param {number} v */
    const sizeOf = (v) => Math.hypot(x[v + 1] - x[v], y[v + 1] - y[v]);
    let half = 0, v = first;
    for (let k = first; k < last; k++) half += sizeOf(k) / 2;
    for (; v < last - 1 && half > sizeOf(v); v++) half -= sizeOf(v);
    if (first >= last) return { x: x[first], y: y[first], dx: 1, dy: 0, n: [0, 1] };
    const dx = x[v + 1] - x[v], dy = y[v + 1] - y[v], size = sizeOf(v);
    const part = size ? Math.min(1, half / size) : 0;
    return { x: x[v] + dx * part, y: y[v] + dy * part, dx, dy, n: this.normal(v, v + 1) };
  }

  /** The corners of some links, south-west and north-east, or null. @param {number[]} links
   * @returns {[number, number][] | null} */
  bounds(links) {
    if (!links.length) return null;
    /** @param {number} side */
    const sides = (side) => links.map((i) => this.box[4 * i + side]);
    const w = Math.min(...sides(0)), n = Math.min(...sides(1)), e = Math.max(...sides(2));
    return [[latOf(Math.max(...sides(3))), lonOf(w)], [latOf(n), lonOf(e)]];
  }
}
