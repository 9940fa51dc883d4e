// The time looked at: now, or what was true at one time as known at another. Korean time in any zone.
import { byId, showFault, write } from "../dom.js";
import { timeText } from "../times.js";
import { t } from "../words.js";

const HOUR_MS = 3_600_000, SLACK_MS = 60_000;

export class Then {
  past = /** @type {{valid_ms: number, known_ms: number} | null} */ (null);
  form = byId("then");
  valid = byId("then-valid", HTMLInputElement);
  known = byId("then-known", HTMLInputElement);
  tool = byId("tool-then");

  /** @param {Ui.Clock} clock @param {() => void} onChange when another time is looked at */
  constructor(clock, onChange) {
    this.clock = clock;
    this.onChange = onChange;
    this.form.addEventListener("submit", (e) => { e.preventDefault(); this.go(); });
    this.form.addEventListener("keydown", (e) => {
      if (e.key !== "Enter" || !(e.target instanceof HTMLInputElement)) return;
      e.preventDefault();
      this.go();
    });
    for (const id of ["then-now", "past-end"]) byId(id).addEventListener("click", () => this.end());
    this.tool.addEventListener("click", () => this.toggle());
  }

  /** The part of a question that names the time. */
  query() { return this.past ? { valid: this.past.valid_ms, known: this.past.known_ms } : {}; }

  /** Opens the two fields; once more goes back to now. */
  toggle() {
    if (this.past) { this.end(); return; }
    if (!this.form.hidden) { this.close(); return; }
    this.form.hidden = false;
    this.tool.setAttribute("aria-expanded", "true");
    this.valid.value ||= fieldText(this.clock.now() - HOUR_MS);
    this.valid.max = this.known.max = fieldText(this.clock.now());
    this.valid.focus();
  }

  close() {
    this.form.hidden = true;
    this.tool.setAttribute("aria-expanded", "false");
  }

  go() {
    const valid_ms = timeOf(this.valid.value), known = this.known.value;
    const known_ms = known ? timeOf(known) : valid_ms;
    const error = faultOf(valid_ms, known_ms, this.clock.now());
    showFault(byId("then-error"), error && t(error), this.valid, this.known);
    if (error) { this.valid.focus(); return; }
    this.past = { valid_ms, known_ms };
    this.close();
    this.show();
    this.onChange();
  }

  end() {
    this.close();
    if (!this.past) return;
    this.past = null;
    this.show();
    this.onChange();
  }

  show() {
    const { past } = this;
    byId("past").hidden = !past;
    document.documentElement.dataset.past = past ? "1" : "";
    if (!past) return;
    const values = { valid: timeText(past.valid_ms), known: timeText(past.known_ms) };
    write(byId("past-text"), t("past.text", values));
  }
}

/** What is wrong with two times, "" for nothing. @param {number} valid_ms @param {number} known_ms
 * @param {number} now_ms */
function faultOf(valid_ms, known_ms, now_ms) {
  if (!(valid_ms > 0 && known_ms > 0)) return "then.bad";
  return Math.max(valid_ms, known_ms) > now_ms + SLACK_MS ? "then.future" : "";
}

/** "2026-11-23T08:10" is a time in Korea, which has no summer time. @param {string} text */
function timeOf(text) { return Date.parse(text.slice(0, 16) + ":00+09:00"); }

/** @param {number} ms */
function fieldText(ms) { return timeText(ms).replace(" ", "T"); }
