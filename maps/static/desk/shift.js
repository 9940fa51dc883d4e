// What changed since the shift began: closures and works, the newest first.
import { byId, el, makeButton, write } from "../dom.js";
import { keep, kept } from "../kept.js";
import { dayText, minuteText, ZONE_MS } from "../times.js";
import { localized, t } from "../words.js";
import { ask } from "./ask.js";
import { arrangeParts } from "./parts.js";

const EVERY_MS = 20_000, DAY_MS = 86_400_000;
const MOST = 100;

export class Shift {
  rows = /** @type {Desk.Change[]} */ ([]);
  total = 0;
  field = byId("shift-start", HTMLInputElement);
  list = byId("changes");
  none = byId("changes-none");

  /** @param {Ui.Clock} clock @param {(row: Desk.Change) => void} open */
  constructor(clock, open) {
    this.clock = clock;
    this.open = open;
    this.field.value = kept("shift") || "08:30";
    this.field.addEventListener("change", () => { keep("shift", this.field.value); this.poll(); });
    setInterval(() => this.poll(), EVERY_MS);
  }

  async poll() {
    if (document.hidden) return;
    try {
      const since = shiftStart(this.field.value || "08:30", this.clock.now());
      const isToday = dayText(since) === dayText(this.clock.now());
      write(byId("shift-day"), isToday ? "" : t("shift.yesterday"));
      const body = await ask("/api/v1/changes", { query: { since } });
      this.rows = (body.changes || []).reverse();
      this.total = body.total ?? this.rows.length;
      this.show();
    } catch {
      write(this.none, t("shift.failed"));
      this.none.hidden = false;
    }
  }

  show() {
    const shown = this.rows.slice(0, MOST);
    arrangeParts(this.list, shown.map((row) => ({ key: keyOf(row), mark: row, make: () => this.row(row) })));
    this.none.hidden = shown.length > 0;
    write(this.none, t("shift.none"));
    write(byId("shift-count"), String(this.total));
  }

  /** @param {Desk.Change} row */
  row(row) {
    const li = el("li"), [title, what] = parted(localized(row));
    const isPlace = row.subject.startsWith("work:") || row.links.length > 0;
    const line = isPlace ? makeButton("change", null, () => this.open(row)) : el("div", "change");
    if (isPlace) line.dataset.key = keyOf(row);
    line.append(el("time", "", minuteText(row.at_ms)), el("b", "title", title), el("span", "under", what));
    li.append(line);
    return li;
  }

  focus() { this.field.focus(); }
}

/** When the shift began: today in Korea at the time given, yesterday when that is still to come.
 * @param {string} time such as "08:30" @param {number} now_ms */
export function shiftStart(time, now_ms) {
  const [hour, minute] = time.split(":").map(Number);
  const midnight = Math.floor((now_ms + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
  const begins = midnight + (hour * 60 + minute) * 60_000;
  return Math.round(begins > now_ms ? begins - DAY_MS : begins);
}

/** @param {Desk.Change} row */
const keyOf = (row) => `${row.subject}|${row.at_ms}`;

/** "title: what happened" in its two parts. @param {string} text */
function parted(text) {
  const at = text.lastIndexOf(": ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 2)];
}
