// The day beside the bar of time: a date, the day before and the day after, and what is kept of it.
import { byId, write } from "../dom.js";
import { getJson, RefusedError } from "../get.js";
import { dayText, timeOf, ZONE_MS } from "../times.js";
import { t } from "../words.js";

const DAY_MS = 86_400_000, AGAIN_MS = 600_000;

/** The time of a day that has the hour of another time. @param {string} day @param {number} at_ms */
export const sameHour = (day, at_ms) => (timeOf(day + "T00:00:00") ?? NaN) + (at_ms + ZONE_MS) % DAY_MS;

/** What is to be said of a day: a gap, that it is of the history, or nothing.
 * @param {Api.PastDay[]} days @param {string} day @returns {"" | "none" | "history"} */
export function wordOf(days, day) {
  const row = days.find((each) => each.day === day);
  if (!row) return "";
  const { source = [] } = row;
  return !source.length ? "none" : source.includes("redis") ? "" : "history";
}

/** What is to be known of a moment of the history, by the end of its word; "" of any other.
 * @param {Api.Moment | null} moment */
export function archivedWord(moment) {
  if (moment?.source !== "history") return "";
  return moment.reason || (moment.lacks?.length ? "history.part" : "history");
}

/** A moment of which nothing is known. @param {string} net @param {number} valid_ms @returns {Api.Moment} */
export const nothingAt = (net, valid_ms) => ({
  net, now_ms: valid_ms, valid_ms, known_ms: valid_ms, from_ms: valid_ms, is_remembered: false,
  source: "history", reason: "no_record", lacks: [], is_usual: false, simulated: false, levels: "",
  certainty: "", closures: [], works: [], incidents: [], reports: [], feeds: [],
});

/** Why there is no moment, by the code of its refusal. @type {Record<string, string>} */
const REFUSED = {
  before_history: "before", out_of_history: "before", no_history: "before", no_history_extra: "no_extra",
};

/** What a refusal means for the map, "" where it may be asked again. @param {unknown} error */
export const refusedWord = (error) => error instanceof RefusedError && REFUSED[error.code] || "";

export class PastDays {
  field = byId("time-day", HTMLInputElement);
  said = byId("time-day-said");
  known = /** @type {Api.PastDays | null} */ (null);
  asked_ms = -Infinity;
  /** @type {Promise<void>} */
  answer = Promise.resolve();

  /** @param {Ui.Clock} clock @param {number} back_ms @param {number} ahead_ms how far the bar itself goes
   * @param {(at_ms: number) => void} goTo @param {() => number} shown the time that is shown
   * @param {() => void} loaded the days are known */
  constructor(clock, back_ms, ahead_ms, goTo, shown, loaded) {
    this.loaded = loaded;
    this.clock = clock;
    this.back_ms = back_ms;
    this.ahead_ms = ahead_ms;
    this.goTo = goTo;
    this.shown = shown;
    this.field.addEventListener("change", () => this.choose());
    this.field.addEventListener("blur", () => this.show());
    byId("time-day-back").addEventListener("click", () => this.step(-DAY_MS));
    byId("time-day-on").addEventListener("click", () => this.step(DAY_MS));
    byId("time").addEventListener("focusin", () => this.load());
    byId("time").addEventListener("pointerenter", () => this.load());
  }

  /** Which days there are; asked again after ten minutes. */
  load() {
    const now = performance.now();
    if (now - this.asked_ms < AGAIN_MS) return this.answer;
    this.asked_ms = now;
    this.answer = this.ask();
    return this.answer;
  }

  async ask() {
    try {
      this.known = await getJson("/api/v1/past/days");
    } catch {
      this.asked_ms = -Infinity;
    }
    this.loaded();
  }

  /** The first moment that can be shown. */
  get first_ms() {
    const back_ms = this.clock.now() - this.back_ms, { known } = this;
    if (!known?.days.length || known.history === "no_extra") return back_ms;
    return Math.min(back_ms, timeOf(known.days[0].day + "T00:00:00") ?? back_ms);
  }

  get last_ms() { return this.clock.now() + this.ahead_ms; }

  /** A day was written or picked: its hour stays. One that cannot be shown is said, and nothing moves. */
  async choose() {
    const day = this.field.value, at_ms = sameHour(day, this.shown());
    await this.load(); // one may be faster than the answer
    const first = dayText(this.first_ms);
    if (Number.isNaN(at_ms) || day < first || day > dayText(this.last_ms)) {
      write(this.said, t("time.day.out", { first, last: dayText(this.last_ms) }));
      this.field.setAttribute("aria-invalid", "true");
      return;
    }
    this.goTo(Math.max(this.first_ms, Math.min(at_ms, this.last_ms)));
  }

  /** @param {number} ms */
  step(ms) { this.goTo(Math.max(this.first_ms, Math.min(this.shown() + ms, this.last_ms))); }

  /** What to install, where the history cannot be read. */
  get hint() {
    return this.known?.history === "no_extra" ? t("time.day.hint", { first: dayText(this.first_ms) }) : "";
  }

  /** The day that is shown, and what is kept of it; what somebody is writing stays. */
  show() {
    const day = dayText(this.shown()), { field } = this, first = dayText(this.first_ms);
    const { hint } = this;
    Object.assign(field, { min: first, max: dayText(this.last_ms) });
    field.title = hint || t("time.day.range", { first, last: field.max });
    if (document.activeElement === field && field.value !== day) return;
    field.value = day;
    field.removeAttribute("aria-invalid");
    const word = wordOf(this.known?.days || [], day);
    write(this.said, word ? t("time.day." + word) : hint);
  }
}
