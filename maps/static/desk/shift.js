// What changed since the shift began: closures and works, the newest first.
(function () {
  "use strict";
  const { Bomnae } = window;
  const EVERY_MS = 20000, DAY_MS = 86400000, KST_MS = 9 * 3600000;
  const MOST = 100;

  class Shift {
    constructor(clock, open) {
      Object.assign(this, { clock, open, rows: [] });
      this.field = document.getElementById("shift-start");
      this.list = document.getElementById("changes");
      this.none = document.getElementById("changes-none");
      this.field.value = kept() || "08:30";
      this.field.addEventListener("change", () => { keep(this.field.value); this.poll(); });
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
        const body = await Bomnae.ask("/api/v1/changes", { query: { since: this.since() } });
        this.rows = (body.changes || []).reverse();
        this.total = body.total;
        this.show();
      } catch {
        Bomnae.write(this.none, Bomnae.t("shift.failed"));
        this.none.hidden = false;
      }
    }

    show() {
      const shown = this.rows.slice(0, MOST);
      Bomnae.arrangeParts(this.list, shown.map((row) => ({ key: keyOf(row), mark: row, make: () => this.row(row) })));
      this.none.hidden = shown.length > 0;
      Bomnae.write(this.none, Bomnae.t("shift.none"));
      Bomnae.write(document.getElementById("shift-count"), String(this.total ?? this.rows.length));
    }

    row(row) {
      const li = Bomnae.el("li"), isPlace = row.subject.startsWith("work:") || row.links.length > 0;
      const line = Bomnae.el(isPlace ? "button" : "div", "change"), [title, what] = parted(Bomnae.said(row));
      line.append(Bomnae.el("time", "", Bomnae.clockText(row.at_ms).slice(0, 5)), Bomnae.el("b", "title", title), Bomnae.el("span", "under", what));
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

  function kept() {
    try { return localStorage.getItem("bomnae.shift"); } catch { return null; }
  }

  function keep(value) {
    try { localStorage.setItem("bomnae.shift", value); } catch { /* private window: not kept */ }
  }

  Bomnae.Shift = Shift;
})();
