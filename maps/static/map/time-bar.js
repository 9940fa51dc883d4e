// The bar under the map: another time than now, a week back to two weeks ahead, step by step or played; and
// of the history on disk any day that there is.
import { byId, el, write } from "../dom.js";
import { getJson } from "../get.js";
import { colours } from "../palette.js";
import { contextOf } from "../signs.js";
import { dayText, minuteText, timeText, ZONE_MS } from "../times.js";
import { hasWord, localized, span, t } from "../words.js";
import { archivedWord, nothingAt, PastDays, refusedWord } from "./past-days.js";

const MINUTE_MS = 60_000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS;
export const STEP_MS = 5 * MINUTE_MS;
const STEPS = { "hour-back": -HOUR_MS, "back": -STEP_MS, "on": STEP_MS, "hour-on": HOUR_MS };
const BACK_MS = 7 * DAY_MS, AHEAD_MS = 14 * DAY_MS;
const TICK_MS = 250, BARS_EVERY_MS = 5000;
const LANES = /** @type {Record<string, number>} */ ({ full: 0, partial: 1 }); // the rest lies below
const LANES_SHARE = 0.4; // of the height; the days' names have the rest
const MOST_CHANGES = 200;

/** A time on the grid of the bar's steps. @param {number} ms */
export const onGrid = (ms) => Math.round(ms / STEP_MS) * STEP_MS;

/** Where a playing bar is after a while: null once it has come up to now from behind.
 * @param {number} at_ms @param {number} speed @param {number} passed_ms @param {number} now_ms */
export function played(at_ms, speed, passed_ms, now_ms) {
  const next_ms = at_ms + speed * passed_ms;
  if (at_ms <= now_ms && next_ms >= now_ms) return null;
  return Math.min(next_ms, now_ms + AHEAD_MS);
}

/** What the bar draws, from when until when: works, and closures by hand as far as they stood.
 * @param {Pick<Ui.Rows, "work" | "closure">} rows
 * @returns {{closure: string, starts_ms?: Api.Time, ends_ms?: Api.Time}[]} */
export function barsOf({ work, closure }) {
  const byHand = [...closure.values()]
    .filter(({ over_ms, starts_ms }) => !over_ms || over_ms > starts_ms)
    .map((each) => ({ ...each, ends_ms: each.over_ms || each.ends_ms }));
  return [...work.values(), ...byHand];
}

export class TimeBar {
  slider = byId("time-slider", HTMLInputElement);
  speed = byId("time-speed", HTMLSelectElement);
  dialog = byId("time-dialog", HTMLDialogElement);
  isAsking = false;
  isDue = false; // another moment was asked for meanwhile
  hasFailed = false;
  refused = ""; // why there is no such moment, by the server's code
  moment = /** @type {Api.Moment | null} */ (null);
  timer = 0;
  played_ms = 0;
  bars_ms = -Infinity;

  /** @param {Ui.State} state @param {Ui.Clock} clock
   * @param {(moment: Api.Moment | null) => void} show a moment's map, or what is now
   * @param {() => string} net the version of the network */
  constructor(state, clock, show, net) {
    this.net = net;
    this.state = state;
    this.clock = clock;
    this.showMap = show;
    Object.assign(this.slider, { min: -BACK_MS / STEP_MS, max: AHEAD_MS / STEP_MS, step: 1 });
    this.slider.addEventListener("input", () => this.slide());
    this.slider.addEventListener("keydown", (e) => this.onKey(e));
    for (const [name, ms] of Object.entries(STEPS)) {
      byId("time-" + name).addEventListener("click", () => this.step(ms));
    }
    byId("time-play").addEventListener("click", () => this.turnPlaying());
    for (const name of ["time-now", "moment-now"]) {
      byId(name).addEventListener("click", () => this.goTo(null));
    }
    byId("moment-retry").addEventListener("click", () => this.ask());
    byId("time-then", HTMLInputElement).addEventListener("change", (e) => {
      state.setMoment(state.at_ms, /** @type {HTMLInputElement} */ (e.target).checked);
    });
    byId("moment-changes").addEventListener("click", () => this.openChanges());
    this.days = new PastDays(clock, BACK_MS - HOUR_MS, AHEAD_MS, (ms) => this.goTo(onGrid(ms)),
      () => state.at_ms ?? clock.now(), () => this.show());
    setInterval(() => { if (!document.hidden) this.showTime(); }, 1000);
  }

  /** @param {number | null} at_ms null: now */
  goTo(at_ms) {
    this.pause();
    this.state.setMoment(at_ms, this.state.isThen);
  }

  /** The slider moved: its middle of days is now. */
  slide() {
    const steps = Number(this.slider.value);
    this.goTo(steps === 0 ? null : onGrid(this.clock.now() + steps * STEP_MS));
  }

  /** @param {number} ms */
  step(ms) {
    const now_ms = this.clock.now(), at_ms = onGrid((this.state.at_ms ?? now_ms) + ms);
    this.goTo(Math.max(onGrid(this.days.first_ms), Math.min(at_ms, now_ms + AHEAD_MS)));
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    const [small, large] = [e.shiftKey ? HOUR_MS : STEP_MS, e.shiftKey ? DAY_MS : HOUR_MS];
    const step = {
      ArrowRight: small, ArrowUp: small, ArrowLeft: -small, ArrowDown: -small,
      PageUp: large, PageDown: -large,
    }[e.key];
    if (!step && e.key !== "Home") return;
    e.preventDefault();
    if (step) this.step(step); else this.goTo(null);
  }

  turnPlaying() {
    if (this.timer) { this.pause(); return; }
    const { at_ms, isThen } = this.state;
    if (at_ms === null) this.state.setMoment(onGrid(this.clock.now() - HOUR_MS), isThen);
    this.played_ms = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.show();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.show();
  }

  /** The next picture of a playing bar, once the one before is there. */
  tick() {
    const { at_ms } = this.state, passed_ms = performance.now() - this.played_ms;
    if (this.isAsking || document.hidden) return;
    if (at_ms === null || this.hasFailed) { this.pause(); return; }
    this.played_ms = performance.now();
    const now_ms = this.clock.now(), next_ms = played(at_ms, Number(this.speed.value), passed_ms, now_ms);
    if (next_ms === null) this.goTo(null);
    else if (next_ms === at_ms) this.pause();
    else this.state.setMoment(Math.round(next_ms), this.state.isThen);
  }

  /** Reads the moment that the state names; while one is under way the last that was asked for waits. */
  async ask() {
    const query = this.state.momentQuery(this.clock.now());
    this.show();
    if (!query) { this.end(); return; }
    if (this.isAsking) { this.isDue = true; return; }
    this.isAsking = true;
    if (this.isOld) this.days.load();
    try {
      await this.take(query);
    } catch (error) {
      this.hasFailed = true;
      this.refused = refusedWord(error);
      // Of a moment that there is not, nothing may be shown: least of all another one's calm roads.
      if (this.refused) this.showMap(this.moment = nothingAt(this.net(), this.state.at_ms ?? 0));
    }
    this.isAsking = false;
    this.show();
    if (this.isDue) { this.isDue = false; this.ask(); }
  }

  /** Whether only the history on disk reaches so far back. */
  get isOld() {
    const { at_ms } = this.state;
    return at_ms !== null && at_ms < this.clock.now() - BACK_MS;
  }

  /** @param {string} query */
  async take(query) {
    /** @type {Api.Moment} */
    const moment = await getJson("/api/v1/moment?" + query);
    this.hasFailed = false;
    this.refused = "";
    if (this.state.at_ms !== null) this.showMap(this.moment = moment);
  }

  end() {
    const wasAway = this.moment !== null;
    this.moment = null;
    this.hasFailed = false;
    this.refused = "";
    if (wasAway) this.showMap(null);
  }

  /** Everything of the bar and the sign over the map. */
  show() {
    const { at_ms, isThen } = this.state, root = document.documentElement, play = byId("time-play");
    const kind = at_ms === null ? "" : at_ms > this.clock.now() ? "ahead" : "past";
    if (kind) root.dataset.time = kind; else delete root.dataset.time;
    byId("time-now").hidden = !kind;
    const { isOld } = this;
    Object.assign(byId("time-then", HTMLInputElement), { checked: isThen || isOld, disabled: isOld });
    play.setAttribute("aria-label", t(this.timer ? "time.pause" : "time.play"));
    play.dataset.state = this.timer ? "on" : "off";
    this.showTime();
    this.showSign(kind);
  }

  /** The time under the map, and where the slider stands. */
  showTime() {
    const now_ms = this.clock.now(), at_ms = this.state.at_ms ?? now_ms;
    const isLive = this.state.at_ms === null, text = isLive ? t("time.live") : momentText(at_ms, now_ms);
    write(byId("time-shown"), text);
    this.slider.value = String(Math.round((at_ms - now_ms) / STEP_MS));
    this.slider.setAttribute("aria-valuetext", text);
    this.days.show();
  }

  /** @param {string} kind past or ahead, "" now */
  showSign(kind) {
    byId("moment").hidden = !kind;
    if (!kind) return;
    write(byId("moment-word"), t("moment." + kind, { at: timeText(this.state.at_ms ?? 0) }));
    write(byId("moment-detail"), t("moment.detail." + this.reservation(kind), {
      first: dayText(this.days.first_ms), tables: lackText(this.moment),
    }));
    byId("moment-retry").hidden = !this.hasFailed || this.refused === "before";
    byId("moment-changes").hidden = kind !== "past" || this.hasFailed || this.isOld;
  }

  /** What is to be known of the map that is shown. @param {string} kind */
  reservation(kind) {
    if (this.hasFailed) return this.refused || "failed";
    if (!this.moment) return "waiting"; // the map is that of now as yet
    return archivedWord(this.moment) || this.storeWord(kind);
  }

  /** @param {string} kind */
  storeWord(kind) {
    if (kind === "ahead") return isAllUnknown(this.moment) ? "ahead.unknown" : "ahead";
    if (this.moment && !this.moment.is_remembered) return "nothing";
    if (isAllUnknown(this.moment)) return "past.unknown";
    return this.state.isThen ? "then" : "hindsight";
  }

  /** Draws works and closures by hand as bars over the slider: full closures above, partial ones, the others.
   * @param {Ui.Picture} picture of now */
  showBars(picture) {
    const canvas = byId("time-bars", HTMLCanvasElement), ratio = devicePixelRatio, now = performance.now();
    const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
    const isSame = canvas.width === width && canvas.height === height;
    if (!width || (isSame && now - this.bars_ms < BARS_EVERY_MS)) return;
    this.bars_ms = now;
    Object.assign(canvas, { width, height });
    this.paintBars(contextOf(canvas), picture, width, height);
  }

  /** @param {Ui.Context} ctx @param {Ui.Picture} picture @param {number} width @param {number} height */
  paintBars(ctx, picture, width, height) {
    const from_ms = this.clock.now() - BACK_MS, span_ms = BACK_MS + AHEAD_MS, until_ms = from_ms + span_ms;
    const lane = height * LANES_SHARE / 3, palette = colours();
    /** @param {number} ms */
    const x = (ms) => Math.max(0, Math.min(1, (ms - from_ms) / span_ms)) * width;
    const tones = [palette.full, palette.partial, palette.minor];
    ctx.globalAlpha = 0.35;
    for (const { closure, starts_ms, ends_ms } of barsOf(picture.rows)) {
      const at = LANES[closure] ?? 2, left = x(starts_ms ?? from_ms), right = x(ends_ms ?? until_ms);
      ctx.fillStyle = tones[at];
      ctx.fillRect(left, at * lane, Math.max(right - left, 1), lane - 1);
    }
    ctx.globalAlpha = 1;
    this.paintDays(ctx, palette, x, height);
    ctx.fillRect(x(this.clock.now()) - 1, 0, 2, height);
  }

  /** The days under the works, each where it begins. @param {Ui.Context} ctx @param {Ui.Colours} palette
   * @param {(ms: number) => number} x @param {number} height */
  paintDays(ctx, palette, x, height) {
    const from_ms = this.clock.now() - BACK_MS, until_ms = from_ms + BACK_MS + AHEAD_MS, width = x(until_ms);
    const midnight_ms = Math.ceil((from_ms + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
    const letter = height * 0.5, every = Math.ceil(letter * 3 / x(from_ms + DAY_MS)); // days a label takes
    ctx.font = `${letter}px sans-serif`;
    ctx.textBaseline = "middle";
    for (let ms = midnight_ms, day = 0; ms < until_ms; ms += DAY_MS, day += 1) {
      const isNamed = day % every === 0 && x(ms) + 2.5 * letter < width;
      ctx.fillStyle = palette.unknown;
      ctx.fillRect(x(ms), height * LANES_SHARE, 1, height * (1 - LANES_SHARE) * (isNamed ? 1 : 0.25));
      ctx.fillStyle = palette.text;
      if (isNamed) ctx.fillText(dayWord(ms), x(ms) + letter / 3, height * 0.72);
    }
  }

  /** What has changed since the moment that is looked at. */
  async openChanges() {
    const { at_ms } = this.state, list = byId("time-changes"), said = byId("time-changes-said");
    if (at_ms === null) return;
    list.replaceChildren();
    write(byId("time-dialog-title"), t("moment.changes.title", { at: timeText(at_ms) }));
    write(said, t("moment.changes.wait"));
    this.dialog.showModal();
    try {
      /** @type {Api.Changes} */
      const { changes, total } = await getJson(`/api/v1/changes?since=${at_ms}`);
      list.append(...changes.slice(0, MOST_CHANGES).map(changeRow));
      const shown = Math.min(changes.length, MOST_CHANGES);
      const key = !total ? "none" : shown < total ? "count" : "all";
      write(said, t("moment.changes." + key, { n: total, shown }));
    } catch {
      write(said, t("moment.changes.failed"));
    }
  }
}

/** A day's number, with its month where that begins. @param {number} ms */
export function dayWord(ms) {
  const [, month, day] = dayText(ms).split("-").map(Number);
  return day === 1 ? `${month}/${day}` : String(day);
}

/** What a damaged history lacks, in words. @param {Api.Moment | null} moment */
const lackText = (moment) => (moment?.lacks || []).map((table) => "history.table." + table)
  .filter(hasWord).map((key) => t(key)).join(", ");

/** @param {Api.Moment | null} moment */
const isAllUnknown = (moment) => moment !== null && !/[^u]/.test(moment.levels);

/** @param {Api.Change} change */
function changeRow(change) {
  const row = el("li");
  row.append(el("time", "", timeText(change.at_ms).slice(5)), " ", localized(change));
  return row;
}

/** "11-27 금 08:10 · 3시간 전" @param {number} at_ms @param {number} now_ms */
function momentText(at_ms, now_ms) {
  const day = t("time.day." + new Date(at_ms + ZONE_MS).getUTCDay());
  const age = t(at_ms < now_ms ? "ago" : "time.in", { age: span(Math.abs(at_ms - now_ms)) });
  return `${dayText(at_ms).slice(5)} ${day} ${minuteText(at_ms)} · ${age}`;
}
