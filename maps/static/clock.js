// Time as the server has it, how old the picture is, and what the page is: init, live, stale, retry or down.
import { byId, write } from "./dom.js";
import { clockText, dayText } from "./times.js";
import { ago, span, t } from "./words.js";

const AHEAD_MS = 120_000, STALE_MS = 10_000, DOWN_MS = 30_000;
const BANNER_AFTER_MS = 3000, MOVING_MS = 9000, FIRST_MS = 5000, JUMP_MS = 2000;

export class Clock {
  /** @type {number | undefined} */
  offset;
  at_ms = /** @type {Api.Time} */ (null); // the other moment that the map shows, null: now

  /** The server's time, ms. The PC's clock only bridges the seconds between two answers. */
  now() { return this.offset === undefined ? Date.now() : performance.now() + this.offset; }

  /** The time that ages on the map are counted to. */
  shown() { return this.at_ms ?? this.now(); }

  /** An answer stamped `at_ms`. The largest difference had the shortest way; a fall of seconds is a new
   * clock. @param {number} at_ms */
  observe(at_ms) {
    if (!(at_ms > 0)) return;
    const offset = at_ms - performance.now(), old = this.offset ?? -Infinity;
    if (offset > old || old - offset > JUMP_MS) this.offset = offset;
  }
}

/**
 * What the page is. `age_ms` is the picture's, null before the first, below 0 where its clock is ahead;
 * `broken_ms` since the connection broke; `store` how the server finds its own source.
 * @param {{isLoaded: boolean, connection: string, age_ms: Api.Time, broken_ms: number, hasFailed: boolean,
 *   store: string}} facts
 */
export function liveStatus({ isLoaded, connection, age_ms, broken_ms, hasFailed, store }) {
  if (!isLoaded || connection === "broken") {
    return broken_ms > DOWN_MS ? "down" : isLoaded || hasFailed ? "retry" : "init";
  }
  if (connection === "none") return "init";
  return isCurrent(store, age_ms) ? "live" : "stale";
}

/** @param {string} store @param {Api.Time} age_ms */
function isCurrent(store, age_ms) {
  return (store || "ok") === "ok" && age_ms !== null && !(age_ms > STALE_MS || age_ms < -AHEAD_MS);
}

/** Whether a time lies so far ahead of now that a clock must be wrong. @param {number} ms
 * @param {number} now_ms */
export const isAhead = (ms, now_ms) => ms - now_ms > AHEAD_MS;

/** The chip, the clocks, the banner and the frame of the page. */
export class LiveSign {
  picture = /** @type {Ui.Picture | null} */ (null);
  store = "ok";
  trouble = "";
  moved_ms = -Infinity;
  last_ms = 0;
  first_ms = 0;

  /** @param {Clock} clock @param {Ui.Stream} stream */
  constructor(clock, stream) {
    this.clock = clock;
    this.stream = stream;
    byId("banner-retry").addEventListener("click", () => stream.wake());
    setInterval(() => this.show(), 1000);
  }

  /** Why a picture is late: its server lost the store, a clock is ahead, nothing can be written, it is
   * catching up, or it stands still; at first it is only late. */
  cause() {
    const age_ms = this.age();
    if (this.store !== "ok") return this.store;
    if (age_ms === null) return "waiting";
    if (age_ms < 0) return "ahead";
    if (this.trouble) return this.trouble;
    if (this.moved_ms < 0 && performance.now() - this.first_ms < FIRST_MS) return "late";
    return performance.now() - this.moved_ms < MOVING_MS ? "behind" : "stale";
  }

  /** Notes when the picture's clock went on. A first picture has not moved, nor has one that went back. */
  watch() {
    if (!this.picture) return;
    const clock_ms = this.picture.clock_ms ?? 0;
    this.first_ms ||= performance.now();
    if (this.last_ms && clock_ms > this.last_ms) this.moved_ms = performance.now();
    else if (clock_ms < this.last_ms) this.moved_ms = -Infinity;
    this.last_ms = clock_ms;
  }

  age() {
    const clock_ms = this.picture?.clock_ms ?? null;
    return clock_ms === null ? null : this.clock.now() - clock_ms;
  }

  show() {
    this.watch();
    const age_ms = this.age(), { connection, failure, broken_since_ms } = this.stream;
    const broken_ms = performance.now() - broken_since_ms;
    const facts = { isLoaded: Boolean(this.picture), hasFailed: Boolean(failure), store: this.store };
    const status = liveStatus({ ...facts, connection, age_ms, broken_ms });
    const root = document.documentElement, cause = status === "stale" ? this.cause() : status;
    if (root.dataset.live !== status) root.dataset.live = status;
    this.showChip(cause, status === "init" ? null : age_ms);
    this.showClocks();
    const isShort = status === "retry" && broken_ms < BANNER_AFTER_MS;
    this.showBanner(isShort || !["stale", "retry", "down"].includes(status) ? "" : cause, age_ms);
  }

  /** What the chip says: another moment is never called live.
   * @param {string} cause @param {Api.Time} age_ms */
  showChip(cause, age_ms) {
    const isAway = this.clock.at_ms !== null;
    write(byId("live-word"), t("live." + (isAway ? "moment" : cause)));
    write(byId("live-age"), isAway || age_ms === null ? "" : ago(age_ms));
  }

  showClocks() {
    const now = this.clock.now(), clock_ms = this.clock.at_ms ?? this.picture?.clock_ms ?? null;
    write(byId("clock-day"), dayText(now));
    write(byId("clock-now"), clockText(now));
    write(byId("clock-picture"), clock_ms === null ? "--:--:--" : clockText(clock_ms));
  }

  /** @param {string} cause @param {Api.Time} age_ms */
  showBanner(cause, age_ms) {
    const banner = byId("banner");
    banner.hidden = !cause || !this.picture;
    if (banner.hidden) return;
    const age = age_ms === null ? "" : span(Math.abs(age_ms)), isNever = age_ms === null;
    write(byId("banner-word"), isNever ? t("live." + cause) : t("banner." + cause, { age }));
    byId("banner-retry").hidden = !["retry", "down"].includes(cause);
    write(byId("banner-detail"), isNever ? t("banner.never") : t(`banner.${cause}.detail`, { age }));
  }
}
