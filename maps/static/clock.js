// Time as the server has it, how old the picture is, and the word for it: init, live, stale, retry, down.
import { ago, clockText, dayText, span, t } from "./words.js";

const AHEAD_MS = 120000, STALE_MS = 10000, DOWN_MS = 30000, BANNER_AFTER_MS = 3000, MOVING_MS = 9000, FIRST_MS = 5000, JUMP_MS = 2000;

export class Clock {
  /** The server's time, ms. The PC's clock only bridges the seconds between two answers. */
  now() { return this.offset === undefined ? Date.now() : performance.now() + this.offset; }

  /** An answer stamped `at_ms`. The largest difference had the shortest way; a fall of seconds is a new clock. */
  observe(at_ms) {
    if (!(at_ms > 0)) return;
    const offset = at_ms - performance.now();
    if (this.offset === undefined || offset > this.offset || this.offset - offset > JUMP_MS) this.offset = offset;
  }
}

/** The state of the screen. `age_ms` is the picture's, null before the first, below 0 where its clock is ahead; `broken_ms` since the line broke; `store` the server's word for its own source. */
export function liveWord({ isLoaded, connection, age_ms, broken_ms, hasFailed, store }) {
  if (!isLoaded) return broken_ms > DOWN_MS ? "down" : hasFailed ? "retry" : "init";
  if (connection === "broken") return broken_ms > DOWN_MS ? "down" : "retry";
  if (connection === "none") return "init";
  return (store || "ok") !== "ok" || age_ms === null || age_ms > STALE_MS || age_ms < -AHEAD_MS ? "stale" : "live";
}

/** Whether a time lies so far ahead of now that a clock must be wrong. */
export function isAhead(ms, now_ms) { return ms - now_ms > AHEAD_MS; }

/** The chip, the clocks, the banner and the frame of the page. */
export class LiveSign {
  constructor(clock, stream) {
    Object.assign(this, { clock, stream, picture: null, store: "ok", trouble: "" });
    this.elements = Object.fromEntries(["live-word", "live-age", "clock-day", "clock-now", "clock-picture", "banner", "banner-word", "banner-detail"]
      .map((id) => [id, document.getElementById(id)]));
    this.moved_ms = -Infinity;
    setInterval(() => this.show(), 1000);
  }

  /** Why a picture is late: its server lost the store, a clock is ahead, nothing can be written, it is catching up, or it stands still; at first it is only late. */
  cause() {
    if (this.store !== "ok") return this.store;
    if (this.age() === null) return "waiting";
    if (this.age() < 0) return "ahead";
    if (this.trouble) return this.trouble;
    if (this.moved_ms < 0 && performance.now() - this.first_ms < FIRST_MS) return "late";
    return performance.now() - this.moved_ms < MOVING_MS ? "behind" : "stale";
  }

  /** Notes when the picture's clock went on. A first picture has not moved yet, nor has one that went back. */
  watch() {
    const clock_ms = this.picture ? this.picture.clock_ms : null;
    if (this.picture && this.first_ms === undefined) this.first_ms = performance.now();
    if (this.last_ms && clock_ms > this.last_ms) this.moved_ms = performance.now();
    else if (clock_ms < this.last_ms) this.moved_ms = -Infinity;
    this.last_ms = clock_ms;
  }

  age() {
    const clock_ms = this.picture ? this.picture.clock_ms : null;
    return clock_ms === null || clock_ms === undefined ? null : this.clock.now() - clock_ms;
  }

  show() {
    this.watch();
    const age_ms = this.age();
    const broken_ms = performance.now() - this.stream.broken_since_ms;
    const word = liveWord({ isLoaded: Boolean(this.picture), connection: this.stream.connection, age_ms, broken_ms, hasFailed: Boolean(this.stream.failure), store: this.store });
    const root = document.documentElement;
    if (root.dataset.live !== word) root.dataset.live = word;
    const cause = word === "stale" ? this.cause() : word;
    this.write("live-word", t("live." + cause));
    this.write("live-age", age_ms === null || word === "init" ? "" : ago(age_ms));
    this.write("clock-day", dayText(this.clock.now()));
    this.write("clock-now", clockText(this.clock.now()));
    this.write("clock-picture", age_ms === null ? "--:--:--" : clockText(this.picture.clock_ms));
    const isShort = word === "retry" && broken_ms < BANNER_AFTER_MS;
    this.showBanner(isShort || !["stale", "retry", "down"].includes(word) ? "" : cause, age_ms);
  }

  showBanner(word, age_ms) {
    const { banner } = this.elements;
    banner.hidden = !word || !this.picture;
    if (banner.hidden) return;
    const age = age_ms === null ? "" : span(Math.abs(age_ms));
    if (age_ms === null) {
      this.write("banner-word", t("live." + word));
      this.write("banner-detail", t("banner.never"));
      return;
    }
    this.write("banner-word", t("banner." + word, { age }));
    this.write("banner-detail", t(`banner.${word}.detail`, { age }));
  }

  write(id, text) {
    const element = this.elements[id];
    if (element && element.textContent !== text) element.textContent = text;
  }
}
