// A chip for every feed: a symbol, a word and the age of its last success. A press shows the rest.
(function () {
  "use strict";
  const Bomnae = window.Bomnae = window.Bomnae || {};
  const SLACK_MS = 5000;
  const ORDER = ["tago.positions", "gtfs.positions", "its.speeds", "its.events", "utic.incidents", "permits"];

  class Feeds {
    constructor(clock) {
      Object.assign(this, { clock, trouble: "" });
      this.list = document.getElementById("feeds");
      this.dialog = document.getElementById("feed-dialog");
      this.chips = new Map();
      setInterval(() => this.showAges(), 1000);
    }

    show(picture) {
      this.feeds = picture.feeds;
      const names = [...picture.feeds.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
      for (const name of names) this.showChip(name, picture.feeds.get(name));
      for (const [name, chip] of this.chips) if (!picture.feeds.has(name)) { chip.item.remove(); this.chips.delete(name); }
      this.list.classList.toggle("is-empty", names.length === 0);
      this.list.dataset.none = Bomnae.t("feeds.none");
      this.showAges();
    }

    showChip(name, feed) {
      const chip = this.chips.get(name) || this.make(name);
      const status = this.statusOf(feed);
      chip.button.dataset.status = status;
      chip.button.dataset.feed = name;
      Bomnae.write(chip.symbol, Bomnae.FEED_SYMBOLS[status]);
      Bomnae.write(chip.name, Bomnae.feedName(name));
      Bomnae.write(chip.word, Bomnae.t("status." + status));
      chip.button.title = Bomnae.t("status." + status + ".why");
    }

    make(name) {
      const item = Bomnae.el("li"), button = Bomnae.el("button", "chip");
      button.type = "button";
      const chip = { item, button, symbol: Bomnae.el("span", "symbol"), name: Bomnae.el("span", "name"), word: Bomnae.el("b", "word"), age: Bomnae.el("span", "age") };
      chip.symbol.setAttribute("aria-hidden", "true");
      button.append(chip.symbol, chip.name, chip.word, chip.age);
      button.addEventListener("click", () => this.open(name));
      item.append(button);
      this.list.append(item);
      this.chips.set(name, chip);
      return chip;
    }

    showAges() {
      for (const [name, chip] of this.chips) {
        const feed = this.feeds.get(name);
        if (!feed) continue;
        Bomnae.write(chip.age, feed.status === "never" ? "" : this.ago(feed.last_success_ms));
        if (chip.button.dataset.status !== this.statusOf(feed)) this.showChip(name, feed);
      }
    }

    /** The server's word; when no server speaks any more, silence is late by the same rule. Where no report can be taken in, it is not the feed's. */
    statusOf(feed) {
      if (!(feed.status in Bomnae.FEED_SYMBOLS)) return "unknown";
      if (feed.status === "never") return "never";
      if (Bomnae.isAhead(feed.received_ms, this.clock.now())) return "ahead";
      const isSilent = this.clock.now() - feed.received_ms > 2 * feed.poll_ms + SLACK_MS;
      if (isSilent && feed.status !== "stopped") return this.trouble ? "held" : "stale";
      return feed.status;
    }

    ago(ms) { return ms ? this.age(this.clock.now() - ms) : Bomnae.t("never"); }

    age(age_ms) { return age_ms < 0 ? Bomnae.ago(age_ms) : Bomnae.t("ago", { age: Bomnae.span(age_ms) }); }

    open(name) {
      const feed = this.feeds.get(name);
      if (!feed) return;
      Bomnae.write(document.getElementById("feed-title"), Bomnae.feedName(name));
      const status = this.statusOf(feed);
      const at = (ms) => ms ? `${Bomnae.timeText(ms)} (${this.ago(ms)})` : Bomnae.t("never");
      Bomnae.fillFacts(document.getElementById("feed-body"), [
        ["feed.status", `${Bomnae.t("status." + status)} — ${Bomnae.t("status." + status + ".why")}`],
        ["feed.success", at(feed.last_success_ms)], ["feed.change", at(feed.last_change_ms)], ["feed.received", at(feed.received_ms)],
        ["feed.poll", feed.poll_ms ? Bomnae.span(feed.poll_ms) : ""], ["feed.rows", String(feed.row_count)], ["feed.usual", feed.usual_rows ? String(feed.usual_rows) : ""],
        ["feed.refused", String(feed.refused)], ["feed.repaired", String(feed.repaired)],
        ["feed.code", feed.code], ["feed.detail", Bomnae.wordOr("code." + feed.code, feed.detail)], ["feed.simulated", feed.simulated ? Bomnae.t("yes") : ""],
      ]);
      this.dialog.showModal();
    }
  }

  function rank(name) {
    const place = ORDER.indexOf(name);
    return place < 0 ? ORDER.length : place;
  }

  /** Fills a <dl> with [key of the word, text]; rows without a text are left out. */
  Bomnae.fillFacts = function (list, facts) {
    list.replaceChildren();
    for (const [key, text] of facts) {
      if (text === "" || text === null || text === undefined) continue;
      const row = Bomnae.el("div"), dt = Bomnae.el("dt"), dd = Bomnae.el("dd");
      dt.textContent = Bomnae.t(key);
      if (text instanceof Node) dd.append(text); else dd.textContent = text;
      row.append(dt, dd);
      list.append(row);
    }
  };
  Bomnae.Feeds = Feeds;
})();
