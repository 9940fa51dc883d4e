// The tour of hot spots: the situations that stand, the gravest first, one after the other. Pure.
import { SEVERITIES } from "../gravity.js";
import { isOpen } from "../map/situations/sorting.js";

const MOST = 40; // stops; a round of more would bring nobody back to the gravest

/** The stops: what asks for somebody, by severity; of one severity what waits, then the newest.
 * @param {Iterable<Api.Situation>} rows @param {number} now_ms */
export function stopsOf(rows, now_ms) {
  /** @param {Api.Situation} row */
  const rank = (row) => 2 * SEVERITIES.indexOf(row.severity) + (isOpen(row, now_ms) ? 0 : 1);
  return [...rows].filter(({ alert }) => alert)
    .sort((a, b) => rank(a) - rank(b) || b.newest_ms - a.newest_ms || (a.id < b.id ? -1 : 1))
    .slice(0, MOST);
}

export class Tour {
  stops = /** @type {Api.Situation[]} */ ([]);
  at = ""; // the stop that is shown, "" none
  place = 0; // where it stands among the others
  isPaused = false;
  begun_ms = 0; // when it began to be shown, of the page's clock
  stood_ms = 0; // how long it had been shown when the tour was stopped

  /** @param {number} stay_ms at each stop */
  constructor(stay_ms) { this.stay_ms = stay_ms; }

  /** The stop that is shown, null where nothing stands. */
  get stop() { return this.stops.find(({ id }) => id === this.at) || null; }

  /** The stops are others. The one shown stays; where it is gone the next takes its place, and a critical one
   * that is new is shown at once, unless the tour is stopped. Whether another is shown now.
   * @param {Api.Situation[]} stops @param {number} now_ms of the page */
  take(stops, now_ms) {
    const known = new Set(this.stops.map(({ id }) => id)), wasEmpty = !this.stops.length;
    this.stops = stops;
    const fresh = stops.find(({ id, severity }) => severity === SEVERITIES[0] && !known.has(id));
    if (fresh && !wasEmpty && !this.isPaused) return this.go(stops.indexOf(fresh), now_ms);
    const still = stops.findIndex(({ id }) => id === this.at);
    if (still >= 0) { this.place = still; return false; }
    return this.go(this.place, now_ms);
  }

  /** Goes to a stop, round the end. Whether another is shown. @param {number} place
   * @param {number} now_ms */
  go(place, now_ms) {
    const count = this.stops.length, before = this.at;
    this.place = count ? ((place % count) + count) % count : 0;
    this.at = count ? this.stops[this.place].id : "";
    this.begun_ms = now_ms;
    this.stood_ms = 0;
    return this.at !== before;
  }

  /** The next stop or, with -1, the one before. @param {number} by @param {number} now_ms */
  step(by, now_ms) { return this.go(this.place + by, now_ms); }

  /** Stops the tour, or goes on with it. @param {number} now_ms */
  turn(now_ms) {
    const stood_ms = this.stood(now_ms);
    this.isPaused = !this.isPaused;
    this.stood_ms = stood_ms;
    this.begun_ms = now_ms - stood_ms;
  }

  /** How long the stop has been shown. @param {number} now_ms */
  stood(now_ms) { return this.isPaused ? this.stood_ms : now_ms - this.begun_ms; }

  /** Goes on where the stop has been shown long enough. Whether another is shown. @param {number} now_ms */
  tick(now_ms) {
    if (this.isPaused || this.stops.length < 2 || this.stood(now_ms) < this.stay_ms) return false;
    return this.step(1, now_ms);
  }
}
