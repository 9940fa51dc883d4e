// The picture of the city: what the last snapshot and the deltas since say. It draws nothing.
import { UNKNOWN } from "./network.js";

export class Picture {
  constructor(network) {
    this.network = network;
    this.id = "";
    this.clock_ms = null;
    this.simulated = Boolean(network.simulated);
    this.speeds = new Int16Array(network.count).fill(-1);
    this.levels = new Uint8Array(network.count).fill(UNKNOWN);
    this.certainty = new Array(network.count).fill("l");
    this.closures = new Map();
    this.sure = new Map(); // how sure each closure is: confirmed, reported, contradicted
    this.buses = new Map();
    this.works = new Map();
    this.incidents = new Map();
    this.reports = new Map(); // what citizens call about, confirmed by nobody
    this.clashes = new Map(); // asked for apart: the server works out their words
    this.alerts = new Map(); // "rule subject" -> what holds
    this.acks = new Map(); // episode of an alert -> who has acknowledged it
    this.feeds = new Map();
    this.counts = [0, 0, 0, 0];
    this.metres = [0, 0, 0, 0];
  }

  /** Replaces everything with a snapshot. */
  load(snapshot) {
    const { network } = this;
    for (let i = 0; i < network.count; i++) this.speeds[i] = snapshot.speeds[i] ?? -1;
    for (let i = 0; i < network.count; i++) this.levels[i] = network.levelOf(i, this.speeds[i]);
    this.certainty = snapshot.certainty.split("");
    this.closures = new Map(snapshot.closures);
    this.sure = new Map(snapshot.closure_certainty || []);
    this.buses = new Map(snapshot.buses.map((row) => [row[0], row]));
    this.works = new Map(snapshot.works.map((work) => [work.id, work]));
    this.incidents = new Map(snapshot.incidents.map((incident) => [incident.id, incident]));
    this.reports = new Map((snapshot.reports || []).map((report) => [report.id, report]));
    this.alerts = new Map((snapshot.alerts || []).map((alert) => [alert.name, alert]));
    this.acks = new Map((snapshot.acks || []).map((ack) => [ack.id, ack]));
    this.feeds = new Map(snapshot.feeds.map((feed) => [feed.feed, feed]));
    this.id = snapshot.id;
    this.clock_ms = snapshot.clock_ms;
    this.simulated = Boolean(snapshot.simulated);
    this.count();
  }

  /** Counts and metres of each level over the links that are drawn. */
  count() {
    this.counts.fill(0);
    this.metres.fill(0);
    for (let i = 0; i < this.network.count; i++) if (this.network.drawn[i]) this.add(i, 1);
  }

  add(i, sign) {
    this.counts[this.levels[i]] += sign;
    this.metres[this.levels[i]] += sign * this.network.lengths[i];
  }

  /** Takes a delta in; answers what it touched: {links: [index] with another level, spoken: [index] of all, buses, closures, works, incidents, reports, alerts, feeds}. */
  apply(delta) {
    const links = this.applySpeeds(delta.l || []);
    const certainties = unpacked(delta.q);
    for (const [i, word] of certainties) this.certainty[i] = word;
    const spoken = [...unpacked(delta.l), ...certainties, ...(delta.e || [])].map(([i]) => i);
    for (const [i, kind] of delta.c || []) {
      if (kind === "none") this.closures.delete(i); else this.closures.set(i, kind);
    }
    for (const [i, word] of delta.e || []) {
      if (word) this.sure.set(i, word); else this.sure.delete(i);
    }
    const isBus = replace(this.buses, delta.b, delta.bx, (row) => row[0]);
    const isWork = replace(this.works, delta.w, delta.wx, (work) => work.id);
    const isIncident = replace(this.incidents, delta.n, delta.nx, (incident) => incident.id);
    const isReport = replace(this.reports, delta.u, delta.ux, (report) => report.id);
    const isAlert = replace(this.alerts, delta.a, delta.ax, (alert) => alert.name);
    const isAck = replace(this.acks, delta.y, delta.yx, (ack) => ack.id);
    const isFeed = replace(this.feeds, delta.f, undefined, (feed) => feed.feed);
    if (delta.k !== undefined && delta.k !== null) this.clock_ms = delta.k;
    return { links, spoken, buses: isBus, closures: Boolean(delta.c), works: isWork, incidents: isIncident, reports: isReport, alerts: isAlert || isAck, feeds: isFeed };
  }

  applySpeeds(pairs) {
    const changed = [];
    for (const [i, speed] of unpacked(pairs)) {
      if (!(i >= 0 && i < this.network.count)) continue;
      this.speeds[i] = speed;
      const level = this.network.levelOf(i, speed);
      if (level === this.levels[i]) continue;
      if (this.network.drawn[i]) this.add(i, -1);
      this.levels[i] = level;
      if (this.network.drawn[i]) this.add(i, 1);
      changed.push(i);
    }
    return changed;
  }
}

/** [gap, value, gap, value, ...] as [index, value] pairs; a gap counts from the index before. */
function unpacked(flat) {
  const pairs = [];
  for (let k = 0, at = 0; k < (flat || []).length; k += 2) {
    at += flat[k];
    pairs.push([at, flat[k + 1]]);
  }
  return pairs;
}

function replace(map, rows, gone, idOf) {
  for (const row of rows || []) map.set(idOf(row), row);
  for (const id of gone || []) map.delete(id);
  return Boolean((rows && rows.length) || (gone && gone.length));
}

/** Is delta id a before b? Ids are Redis stream ids, milliseconds-sequence. */
export function isBefore(a, b) {
  const [ams, aseq] = a.split("-").map(Number), [bms, bseq] = b.split("-").map(Number);
  return ams < bms || (ams === bms && (aseq || 0) < (bseq || 0));
}
