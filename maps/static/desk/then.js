// The time looked at: now, or what was true at one time as it was known at another. Korean time, whatever the PC's zone.
import { write } from "../dom.js";
import { t, timeText } from "../words.js";

export class Then {
  /** `onChange` is told when another time is looked at. */
  constructor(clock, onChange) {
    Object.assign(this, { clock, onChange, past: null });
    this.form = document.getElementById("then");
    this.valid = document.getElementById("then-valid");
    this.known = document.getElementById("then-known");
    this.form.addEventListener("submit", (e) => { e.preventDefault(); this.go(); });
    this.form.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.target.matches("input")) { e.preventDefault(); this.go(); } });
    for (const id of ["then-now", "past-end"]) document.getElementById(id).addEventListener("click", () => this.end());
    document.getElementById("tool-then").addEventListener("click", () => this.toggle());
  }

  /** The part of a question that names the time. */
  query() { return this.past ? { valid: this.past.valid_ms, known: this.past.known_ms } : {}; }

  /** Opens the two fields; once more goes back to now. */
  toggle() {
    if (this.past) return this.end();
    if (!this.form.hidden) return this.close();
    this.form.hidden = false;
    document.getElementById("tool-then").setAttribute("aria-expanded", "true");
    if (!this.valid.value) this.valid.value = fieldText(this.clock.now() - 3600000);
    this.valid.max = this.known.max = fieldText(this.clock.now());
    this.valid.focus();
    return undefined;
  }

  close() {
    this.form.hidden = true;
    document.getElementById("tool-then").setAttribute("aria-expanded", "false");
  }

  go() {
    const valid_ms = timeOf(this.valid.value), known_ms = this.known.value ? timeOf(this.known.value) : valid_ms;
    const now = this.clock.now();
    const error = !(valid_ms > 0 && known_ms > 0) ? "then.bad" : valid_ms > now + 60000 || known_ms > now + 60000 ? "then.future" : "";
    const said = document.getElementById("then-error");
    said.hidden = !error;
    said.textContent = error ? t(error) : "";
    if (error) return this.valid.focus();
    this.past = { valid_ms, known_ms };
    this.close();
    return this.tell();
  }

  end() {
    this.close();
    if (!this.past) return;
    this.past = null;
    this.tell();
  }

  tell() {
    this.show();
    this.onChange();
  }

  show() {
    const band = document.getElementById("past");
    band.hidden = !this.past;
    document.documentElement.dataset.past = this.past ? "1" : "";
    if (this.past) write(document.getElementById("past-text"), t("past.text", { valid: timeText(this.past.valid_ms), known: timeText(this.past.known_ms) }));
  }
}

/** "2026-11-23T08:10" is a time in Korea, which has no summer time. */
function timeOf(text) { return Date.parse(text.slice(0, 16) + ":00+09:00"); }

function fieldText(ms) { return timeText(ms).replace(" ", "T"); }
