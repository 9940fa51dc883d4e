// A chip for every feed: a symbol, a word and the age of its last success. A press shows the rest.
import { isAhead } from "../clock.js";
import { el, write } from "../dom.js";
import { FEED_SYMBOLS } from "../signs.js";
import { ago, feedName, span, t, timeText, wordOr } from "../words.js";

const SLACK_MS = 5000;
const ORDER = ["tago.positions", "gtfs.positions", "its.speeds", "its.events", "utic.incidents", "permits"];

export class Feeds {
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
    this.list.dataset.none = t("feeds.none");
    this.showAges();
  }

  showChip(name, feed) {
    const chip = this.chips.get(name) || this.make(name);
    const status = this.statusOf(feed);
    chip.button.dataset.status = status;
    chip.button.dataset.feed = name;
    write(chip.symbol, FEED_SYMBOLS[status]);
    write(chip.name, feedName(name));
    write(chip.word, t("status." + status));
    chip.button.title = t("status." + status + ".why");
  }

  make(name) {
    const item = el("li"), button = el("button", "chip");
    button.type = "button";
    const chip = { item, button, symbol: el("span", "symbol"), name: el("span", "name"), word: el("b", "word"), age: el("span", "age") };
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
      write(chip.age, feed.status === "never" ? "" : this.ago(feed.last_success_ms));
      if (chip.button.dataset.status !== this.statusOf(feed)) this.showChip(name, feed);
    }
  }

  /** The server's word; when no server speaks any more, silence is late by the same rule. Where no report can be taken in, it is not the feed's. */
  statusOf(feed) {
    if (!(feed.status in FEED_SYMBOLS)) return "unknown";
    if (feed.status === "never") return "never";
    if (isAhead(feed.received_ms, this.clock.now())) return "ahead";
    const isSilent = this.clock.now() - feed.received_ms > 2 * feed.poll_ms + SLACK_MS;
    if (isSilent && feed.status !== "stopped") return this.trouble ? "held" : "stale";
    return feed.status;
  }

  ago(ms) { return ms ? this.age(this.clock.now() - ms) : t("never"); }

  age(age_ms) { return age_ms < 0 ? ago(age_ms) : t("ago", { age: span(age_ms) }); }

  open(name) {
    const feed = this.feeds.get(name);
    if (!feed) return;
    write(document.getElementById("feed-title"), feedName(name));
    const status = this.statusOf(feed);
    const at = (ms) => ms ? `${timeText(ms)} (${this.ago(ms)})` : t("never");
    fillFacts(document.getElementById("feed-body"), [
      ["feed.status", `${t("status." + status)} — ${t("status." + status + ".why")}`],
      ["feed.success", at(feed.last_success_ms)], ["feed.change", at(feed.last_change_ms)], ["feed.received", at(feed.received_ms)],
      ["feed.poll", feed.poll_ms ? span(feed.poll_ms) : ""], ["feed.rows", String(feed.row_count)], ["feed.usual", feed.usual_rows ? String(feed.usual_rows) : ""],
      ["feed.refused", String(feed.refused)], ["feed.repaired", String(feed.repaired)],
      ["feed.code", feed.code], ["feed.detail", wordOr("code." + feed.code, feed.detail)], ["feed.simulated", feed.simulated ? t("yes") : ""],
    ]);
    this.dialog.showModal();
  }
}

function rank(name) {
  const place = ORDER.indexOf(name);
  return place < 0 ? ORDER.length : place;
}

/** Fills a <dl> with [key of the word, text]; rows without a text are left out. */
export function fillFacts(list, facts) {
  list.replaceChildren();
  for (const [key, text] of facts) {
    if (text === "" || text === null || text === undefined) continue;
    const row = el("div"), dt = el("dt"), dd = el("dd");
    dt.textContent = t(key);
    if (text instanceof Node) dd.append(text); else dd.textContent = text;
    row.append(dt, dd);
    list.append(row);
  }
}
