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
  indexOf = /** @type {Map<string, number>} */ (new Map());
  roadMetres = /** @type {Map<string, number>} */ (new Map()); // the length of each road
  given = /** @type {Map<number, string>} */ (new Map()); // names of links whose tile was never met
  /** The tiles met: the links of each, and which of these are drawn.
   * @type {Map<string, {indexes: number[], drawn: number[]}>} */
  tiles = new Map();
  x = new Float64Array(0);
  y = new Float64Array(0);
  nx = new Float32Array(0);
  ny = new Float32Array(0);
  points = 0;
  listed = /** @type {number[]} */ ([]); // links that may be drawn: all, or those of the tiles looked at

  /** A file of all roads, or an index whose roads come in tiles.
   * @param {Api.NetworkFile | Api.NetworkIndex} file */
  constructor(file) {
    this.index = "tiles" in file ? file : null;
    this.version = file.version;
    this.city = file.city;
    this.simulated = file.simulated;
    this.bbox = file.bbox;
    this.places = file.places || [];
    this.routes = file.routes || [];
    const count = this.count = "tiles" in file ? file.count : file.ids.length;
    this.ids = new Array(count).fill("");
    this.names = new Array(count).fill("");
    this.roads = new Array(count).fill("");
    this.classes = new Array(count).fill("");
    this.lengths = new Array(count).fill(0);
    this.free = new Array(count).fill(0);
    this.slow = new Array(count).fill(0);
    this.jam = new Array(count).fill(0);
    this.drawn = new Uint8Array(count);
    this.rank = new Uint8Array(count);
    this.start = new Int32Array(count);
    this.end = new Int32Array(count);
    this.box = new Float64Array(count * 4).fill(NaN); // no view sees what was never met
    // Ranks are relative: a city of one road class draws it at full width.
    const names = "tiles" in file ? file.limits.map(([name]) => name) : file.classes;
    this.ranks = RANKS.filter((rank) => names.includes(rank));
    this.rankCount = Math.max(1, this.ranks.length);
    this.limits = "tiles" in file ? limitsOf(file) : file;
    if ("tiles" in file) this.stopNames = new Map(file.stops); else this.readFile(file);
  }

  /** @param {Api.NetworkFile} file */
  readFile(file) {
    this.slow = file.slow;
    this.jam = file.jam;
    this.listed = file.ids.map((_, i) => i);
    this.readRoads(file, this.listed);
    this.drawn = Uint8Array.from(file.drawn);
  }

  /** Takes the roads of a tile in; none of them is drawn before a picture looks at it.
   * @param {Api.TileFile} file */
  addTile(file) {
    const { tile, indexes, drawn } = file, { limits } = this;
    if (this.tiles.has(tile)) return;
    this.tiles.set(tile, { indexes, drawn });
    this.readRoads(file, indexes);
    for (const i of indexes) {
      const k = limits.classes.indexOf(this.classes[i]);
      this.slow[i] = limits.slow[k] ?? 0;
      this.jam[i] = limits.jam[k] ?? 0;
    }
  }

  /** @param {Api.Roads} file @param {number[]} indexes of its links */
  readRoads(file, indexes) {
    this.reserve(file.geometry.reduce((sum, shape) => sum + shape.length / 2, 0));
    const others = this.ranks.length ? this.ranks.length - 1 : 0;
    const ranks = new Map(this.ranks.map((name, rank) => [name, rank]));
    indexes.forEach((i, k) => {
      this.ids[i] = file.ids[k];
      this.names[i] = file.names[k];
      this.classes[i] = file.classes[k];
      this.lengths[i] = file.lengths[k];
      this.free[i] = file.free[k];
      this.rank[i] = ranks.get(file.classes[k]) ?? others;
      this.indexOf.set(file.ids[k], i);
      const road = this.roads[i] = file.roads[k];
      if (road) this.roadMetres.set(road, (this.roadMetres.get(road) || 0) + file.lengths[k]);
      this.readShape(file.geometry[k], i);
    });
  }

  /** Makes room for more points. @param {number} more */
  reserve(more) {
    const wanted = this.points + more;
    if (wanted <= this.x.length) return;
    const size = this.points ? Math.max(wanted, 2 * this.x.length) : wanted;
    /** @template {Float64Array | Float32Array} A @param {A} larger @param {A} old */
    const moved = (larger, old) => { larger.set(old); return larger; };
    this.x = moved(new Float64Array(size), this.x);
    this.y = moved(new Float64Array(size), this.y);
    this.nx = moved(new Float32Array(size), this.nx);
    this.ny = moved(new Float32Array(size), this.ny);
  }

  /** Whether the road of a link is known. @param {number} i */
  isMet(i) { return this.end[i] > this.start[i]; }

  /** @param {number[]} shape of the first point, then differences, in 1e-5 degrees @param {number} i */
  readShape(shape, i) {
    const first = this.start[i] = this.points, end = this.end[i] = this.points = first + shape.length / 2;
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let k = 0, at = first, lon = 0, lat = 0; k < shape.length; k += 2, at++) {
      lon += shape[k];
      lat += shape[k + 1];
      const x = this.x[at] = worldX(lon / 1e5), y = this.y[at] = worldY(lat / 1e5);
      west = Math.min(west, x);
      north = Math.min(north, y);
      east = Math.max(east, x);
      south = Math.max(south, y);
    }
    this.box.set([west, north, east, south], 4 * i);
    this.readNormals(first, end);
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

  /** The level of a speed on a link; a negative speed is one nobody knows. @param {number} i
   * @param {number} speed_kmh */
  levelOf(i, speed_kmh) {
    if (speed_kmh < 0) return UNKNOWN;
    return speed_kmh < this.jam[i] ? JAM : speed_kmh < this.slow[i] ? SLOW : FREE;
  }

  /** @param {number} i */
  nameOf(i) { return this.names[i] || this.roads[i] || this.ids[i] || this.given.get(i) || ""; }

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
      /** @type {[string[], string[]]} */
      const [ends, names] = [this.ids[i].split(">"), (this.names[i] || "").split(" → ")];
      if (ends.length === 2 && names.length === 2) ends.forEach((id, k) => found.set(id, names[k]));
    }
    return found;
  }

  /** @param {number} i @returns {Ui.Middle} */
  middle(i) {
    const { x, y } = this, first = this.start[i], last = this.end[i] - 1;
    /** @param {number} v */
    const sizeOf = (v) => Math.hypot(x[v + 1] - x[v], y[v + 1] - y[v]);
    let half = 0, v = first;
    if (!this.isMet(i)) return { x: NaN, y: NaN, dx: 1, dy: 0, n: [0, 1] }; // nowhere in any view
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
    const met = links.filter((i) => this.isMet(i));
    if (!met.length) return null;
    /** @param {number} side */
    const sides = (side) => met.map((i) => this.box[4 * i + side]);
    const w = Math.min(...sides(0)), n = Math.min(...sides(1)), e = Math.max(...sides(2));
    return [[latOf(Math.max(...sides(3))), lonOf(w)], [latOf(n), lonOf(e)]];
  }
}

/** The thresholds of an index by road class, in columns as a file of all roads has them.
 * @param {Api.NetworkIndex} index */
function limitsOf({ limits }) {
  return {
    classes: limits.map(([name]) => name),
    slow: limits.map(([, slow]) => slow),
    jam: limits.map(([, , jam]) => jam),
  };
}
