// What changed since the shift began: closures and works, the newest first.
import { keep, kept } from "../kept.js";
import { el, write } from "../dom.js";
import { clockText, t } from "../words.js";
import { ask, localized } from "./ask.js";
import { arrangeParts } from "./parts.js";

const EVERY_MS = 20000, DAY_MS = 86400000, KST_MS = 9 * 3600000;
const MOST = 100;

export class Shift {
  constructor(clock, open) {
    Object.assign(this, { clock, open, rows: [] });
    this.field = document.getElementById("shift-start");
    this.list = document.getElementById("changes");
    this.none = document.getElementById("changes-none");
    this.field.value = kept("shift") || "08:30";
    this.field.addEventListener("change", () => { keep("shift", this.field.value); this.poll(); });
    setInterval(() => this.poll(), EVERY_MS);
  }

  /** When the shift began: today in Korea at the time given, yesterday when that is still to come. */
  since() {
    const [hour, minute] = (this.field.value || "08:30").split(":").map(Number);
    const now = this.clock.now();
    const midnight = Math.floor((now + KST_MS) / DAY_MS) * DAY_MS - KST_MS;
    const begins = midnight + (hour * 60 + minute) * 60000;
    return Math.round(begins > now ? begins - DAY_MS : begins);
  }

  async poll() {
    if (document.hidden) return;
    try {
      const body = await ask("/api/v1/changes", { query: { since: this.since() } });
      this.rows = (body.changes || []).reverse();
      this.total = body.total;
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
    write(document.getElementById("shift-count"), String(this.total ?? this.rows.length));
  }

  row(row) {
    const li = el("li"), isPlace = row.subject.startsWith("work:") || row.links.length > 0;
    const line = el(isPlace ? "button" : "div", "change"), [title, what] = parted(localized(row));
    line.append(el("time", "", clockText(row.at_ms).slice(0, 5)), el("b", "title", title), el("span", "under", what));
    if (isPlace) {
      line.type = "button";
      line.dataset.key = keyOf(row);
      line.addEventListener("click", () => this.open(row));
    }
    li.append(line);
    return li;
  }

  focus() {
    this.field.focus();
  }
}

const keyOf = (row) => `${row.subject}|${row.at_ms}`;

/** "title: what happened" in its two parts. */
function parted(text) {
  const at = text.lastIndexOf(": ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 2)];
}
