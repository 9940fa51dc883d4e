// The picture of the city: what the last snapshot and the deltas since hold. It draws nothing.
import { LEVELS, UNKNOWN } from "../levels.js";
import { KINDS } from "./kinds.js";

const OLD = "s"; // the letter of a speed whose source has been silent for some minutes
const LETTERS = LEVELS.map(([letter]) => letter);

export class Picture {
  id = "";
  clock_ms = /** @type {Api.Time} */ (null);
  closures = /** @type {Map<number, Api.Closure>} */ (new Map());
  /** How sure each closure is: confirmed, reported, contradicted. @type {Map<number, string>} */
  sure = new Map();
  /** Between what a link's speed lies, and what it rests on. @type {Map<number, Api.SpeedRange>} */
  ranges = new Map();
  /** Links that nobody can pass by what buses did: c confirmed, i inferred. @type {Map<number, string>} */
  blocked = new Map();
  isArchived = false; // read from the history on disk, which keeps no words
  isUnrecorded = false; // nothing is kept of its time: nothing in a list is not "none"
  fences = 0; // how often one of them changed
  /** Links that a bus drove lately. @type {Set<number>} */
  passable = new Set();
  /** Minutes within which a full closure of a link would be seen. @type {Map<number, number>} */
  promises = new Map();
  counts = [0, 0, 0, 0];
  metres = [0, 0, 0, 0];

  /** @param {Ui.Network} network */
  constructor(network) {
    this.network = network;
    this.simulated = Boolean(network.simulated);
    this.speeds = new Int16Array(network.count).fill(-1);
    /** What is usual at this time of such a day, km/h, -1: not known. */
    this.usual = new Int16Array(network.count).fill(-1);
    this.levels = new Uint8Array(network.count).fill(UNKNOWN);
    this.certainty = new Array(network.count).fill("l");
    /** The tiles whose links are followed; of any other nothing is shown. @type {Set<string>} */
    this.shown = new Set();
    const rows = Object.keys(KINDS).map((name) => [name, new Map()]);
    this.rows = /** @type {Ui.Rows} */ (Object.fromEntries(rows));
  }

  /** Replaces everything with a snapshot. @param {Api.Snapshot} snapshot */
  load(snapshot) {
    const { network } = this, speeds = snapshot.speeds.slice(0, network.count);
    this.speeds.fill(-1).set(speeds);
    this.usual.fill(-1).set((snapshot.usual || []).slice(0, network.count));
    this.levels.fill(UNKNOWN);
    speeds.forEach((speed, i) => { this.levels[i] = network.levelOf(i, speed); });
    this.certainty = network.index ? new Array(network.count).fill("l") : snapshot.certainty.split("");
    this.closures = new Map(snapshot.closures);
    this.sure = new Map(snapshot.closure_certainty);
    this.ranges = new Map(snapshot.ranges);
    this.loadDriven(snapshot);
    this.loadRows(snapshot);
    this.id = snapshot.id;
    this.clock_ms = snapshot.clock_ms;
    this.simulated = Boolean(snapshot.simulated);
    this.count();
    this.takeNames(snapshot);
    for (const part of snapshot.tiles || []) this.applyLinks(part);
  }

  /** Replaces everything with another moment's map: levels without speeds, and no buses.
   * @param {Api.Moment} moment */
  loadMoment(moment) {
    this.speeds.fill(-1);
    this.usual.fill(-1);
    this.levels.fill(UNKNOWN);
    [...moment.levels].forEach((letter, i) => { this.levels[i] = LETTERS.indexOf(letter); });
    this.certainty = moment.certainty.split("");
    this.closures = new Map(moment.closures);
    for (const map of [this.sure, this.ranges]) map.clear();
    this.loadDriven({});
    this.loadRows(moment);
    this.isArchived = moment.source === "history";
    this.isUnrecorded = !moment.is_remembered;
    this.clock_ms = moment.valid_ms;
    this.simulated = Boolean(moment.simulated);
    this.count();
  }

  /** @param {Api.Snapshot | Api.Moment} snapshot */
  loadRows(snapshot) {
    for (const [name, kind] of Object.entries(KINDS)) {
      if (!kind.rows) continue;
      const map = this.mapOf(name);
      map.clear();
      putAll(map, Reflect.get(snapshot, kind.rows) || [], kind.idOf);
    }
  }

  /** The names of links that rows name and no tile has brought. @param {{named?: [number, string][]}} body */
  takeNames({ named = [] }) { for (const [i, name] of named) this.network.given.set(i, name); }

  /** Shows the links of these tiles and of no others. They are unknown until their rows are taken in.
   * @param {Set<string>} tiles that the network has met */
  look(tiles) {
    for (const name of this.shown) if (!tiles.has(name)) this.turn(name, false);
    for (const name of tiles) if (!this.shown.has(name)) this.turn(name, true);
    this.shown = new Set(tiles);
    if (this.network.index) {
      this.network.listed = [...tiles].flatMap((name) => this.network.tiles.get(name)?.indexes || []);
    }
  }

  /** @param {string} name of a tile @param {boolean} isShown */
  turn(name, isShown) {
    const { network } = this, { indexes, drawn } = network.tiles.get(name) || { indexes: [], drawn: [] };
    indexes.forEach((i, k) => {
      if (!isShown) this.forget(i);
      network.drawn[i] = isShown ? drawn[k] : 0;
      if (isShown) this.add(i, 1);
    });
  }

  /** A link that is followed no longer: what was known of it grows old. @param {number} i */
  forget(i) {
    this.add(i, -1);
    this.speeds[i] = this.usual[i] = -1;
    this.levels[i] = UNKNOWN;
    this.certainty[i] = "l";
    this.observe(i, "u");
    for (const map of [this.closures, this.sure, this.ranges, this.promises]) map.delete(i);
  }

  /** @param {{observed?: string, promises?: Api.Gaps}} snapshot */
  loadDriven({ observed = "", promises }) {
    this.blocked.clear();
    this.passable.clear();
    [...observed].forEach((letter, i) => this.observe(i, letter));
    this.promises.clear();
    eachOf(promises, (i, minutes) => this.promises.set(i, minutes));
  }

  /** @param {string} name of a kind @returns {Map<string, any>} */
  mapOf(name) { return Reflect.get(this.rows, name); }

  /** Counts and metres of each level over the links that are drawn. */
  count() {
    this.counts.fill(0);
    this.metres.fill(0);
    for (const i of this.network.listed) this.add(i, 1);
  }

  /** @param {number} i @param {number} sign */
  add(i, sign) {
    if (!this.network.drawn[i]) return;
    this.counts[this.levels[i]] += sign;
    this.metres[this.levels[i]] += sign * this.network.lengths[i];
  }

  /** Takes a delta in. @param {Api.Delta} delta @returns {Ui.Touched} */
  apply(delta) {
    const tiles = (delta.tiles || []).filter(({ tile }) => this.shown.has(tile));
    const parts = [delta, ...tiles].map((part) => this.applyLinks(part));
    this.takeNames(delta);
    if (delta.k) this.clock_ms = delta.k;
    return {
      links: parts.flatMap(({ links }) => links),
      named: parts.flatMap(({ named }) => named),
      closures: parts.some(({ closures }) => closures),
      promises: parts.some(({ promises }) => promises),
      kinds: new Set(Object.keys(KINDS).filter((name) => this.applyRows(name, delta))
        .map((name) => KINDS[name].shownBy || name)),
    };
  }

  /** Takes in what is said of links. @param {Api.LinkRows} rows */
  applyLinks({ l, q, r, h, v, m, e = [], c = [] }) {
    const before = this.fences, links = /** @type {number[]} */ ([]);
    const named = [...c, ...e].map(([i]) => Number(i));
    /** @param {Api.Gaps | undefined} flat @param {(i: number, value: any) => void} act */
    const take = (flat, act) => eachOf(flat, (i, value) => { named.push(i); act(i, value); });
    take(l, (i, speed) => { if (this.applySpeed(i, speed)) links.push(i); });
    take(q, (i, letter) => { if (this.applyCertainty(i, letter)) links.push(i); });
    take(r, (i, range) => { this.ranges.set(i, range); });
    take(h, (i, kmh) => { this.usual[i] = kmh; });
    take(v, (i, letter) => this.observe(i, letter));
    take(m, (i, minutes) => put(this.promises, i, minutes));
    for (const [i, closure] of c) put(this.closures, i, closure === "none" ? null : closure);
    for (const [i, name] of e) put(this.sure, i, name);
    return { links, named, closures: c.length > 0 || this.fences !== before, promises: Boolean(m) };
  }

  /** Takes in what buses say of a link: p, c, i or u. @param {number} i @param {string} letter */
  observe(i, letter) {
    const fence = letter === "c" || letter === "i" ? letter : undefined;
    if (this.blocked.get(i) !== fence) this.fences += 1;
    put(this.blocked, i, fence || null);
    if (letter === "p") this.passable.add(i); else this.passable.delete(i);
  }

  /** @param {string} name of a kind @param {Api.Delta} delta */
  applyRows(name, delta) {
    const { letter = "", idOf } = KINDS[name], map = this.mapOf(name);
    const rows = /** @type {any[]} */ (delta[letter] || []);
    const gone = /** @type {string[]} */ (delta[letter + "x"] || []);
    putAll(map, rows, idOf);
    for (const id of gone) map.delete(id);
    return rows.length > 0 || gone.length > 0;
  }

  /** Whether a link's last speed is some minutes old. @param {number} i */
  isOld(i) { return this.certainty[i] === OLD; }

  /** Takes a certainty in; whether the link is drawn otherwise now. @param {number} i
   * @param {string} letter */
  applyCertainty(i, letter) {
    const wasOld = this.isOld(i);
    this.certainty[i] = letter;
    return wasOld !== this.isOld(i);
  }

  /** Takes a speed in; whether the link has another level now. @param {number} i @param {number} speed */
  applySpeed(i, speed) {
    if (!(i >= 0 && i < this.network.count)) return false;
    const level = this.network.levelOf(i, speed);
    this.speeds[i] = speed;
    if (level === this.levels[i]) return false;
    this.add(i, -1);
    this.levels[i] = level;
    this.add(i, 1);
    return true;
  }
}

/** Acts on each index and value of [gap, value, gap, value, ...]; a gap counts from the index before.
 * @param {Api.Gaps | undefined} flat @param {(i: number, value: any) => void} act */
export function eachOf(flat, act) {
  if (!flat) return;
  for (let k = 0, at = 0; k < flat.length; k += 2) {
    at += Number(flat[k]);
    act(at, flat[k + 1]);
  }
}

/** @template K, V @param {Map<K, V>} map @param {K} key @param {V | null} value nothing: take it out */
function put(map, key, value) { if (value) map.set(key, value); else map.delete(key); }

/** @template T @param {Map<string, T>} map @param {T[]} rows @param {(row: T) => string} [idOf] */
function putAll(map, rows, idOf = (row) => Reflect.get(/** @type {object} */ (row), "id")) {
  for (const row of rows) map.set(idOf(row), row);
}
