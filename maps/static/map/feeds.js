// A chip for every feed: a symbol, its status and the age of its last success. A press shows the rest.
import { isAhead } from "../clock.js";
import { byId, el, makeButton, showText, termRow, write } from "../dom.js";
import { getJson } from "../get.js";
import { FEED_SYMBOLS } from "../signs.js";
import { timeText } from "../times.js";
import { ago, feedName, span, t, wordOr } from "../words.js";
import { showDay } from "./outages.js";

/** @typedef {{item: HTMLElement, button: HTMLElement, symbol: HTMLElement, name: HTMLElement,
 *   word: HTMLElement, age: HTMLElement}} Chip */

const SLACK_MS = 5000;
const ORDER = ["positions", "speeds", "events", "incidents", "permits"]; // the last part of their names

export class Feeds {
  /** What stops all processing, "" for nothing. */
  trouble = "";
  list = byId("feeds");
  dialog = byId("feed-dialog", HTMLDialogElement);
  chips = /** @type {Map<string, Chip>} */ (new Map());
  feeds = /** @type {Map<string, Api.Feed>} */ (new Map());

  /** @param {Ui.Clock} clock */
  constructor(clock) {
    this.clock = clock;
    setInterval(() => this.showAges(), 1000);
  }

  /** @param {Ui.Picture} picture */
  show(picture) {
    const isOfFuture = this.clock.shown() > this.clock.now();
    const rows = isOfFuture ? [] : [...picture.rows.feed]; // nobody knows which will answer then
    this.feeds = new Map(rows.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
    for (const [name, feed] of this.feeds) this.showChip(name, feed);
    for (const [name, chip] of this.chips) {
      if (!this.feeds.has(name)) { chip.item.remove(); this.chips.delete(name); }
    }
    this.list.classList.toggle("is-empty", this.feeds.size === 0);
    this.list.dataset.none = t(isOfFuture ? "feeds.ahead" : "feeds.none");
    this.showAges();
  }

  /** @param {string} name @param {Api.Feed} feed */
  showChip(name, feed) {
    const chip = this.chips.get(name) || this.make(name), status = this.statusOf(feed);
    chip.button.dataset.status = status;
    chip.button.dataset.feed = name;
    write(chip.symbol, FEED_SYMBOLS[status]);
    write(chip.name, feedName(name));
    write(chip.word, t("status." + status));
    chip.button.title = t(`status.${status}.why`);
  }

  /** @param {string} name */
  make(name) {
    const chip = {
      item: el("li"), button: makeButton("chip", null, () => this.open(name)), symbol: el("span", "symbol"),
      name: el("span", "name"), word: el("b", "word"), age: el("span", "age"),
    };
    chip.symbol.setAttribute("aria-hidden", "true");
    chip.button.append(chip.symbol, chip.name, chip.word, chip.age);
    chip.item.append(chip.button);
    this.list.insertBefore(chip.item, this.after(name));
    this.chips.set(name, chip);
    return chip;
  }

  /** The chip before which another one stands, null at the end. @param {string} name */
  after(name) {
    const names = [...this.feeds.keys()], later = names.slice(names.indexOf(name) + 1);
    return later.map((each) => this.chips.get(each)?.item).find(Boolean) ?? null;
  }

  showAges() {
    for (const [name, chip] of this.chips) {
      const feed = this.feeds.get(name);
      if (!feed) continue;
      write(chip.age, feed.status === "never" ? "" : this.ago(feed.last_success_ms));
      if (chip.button.dataset.status !== this.statusOf(feed)) this.showChip(name, feed);
    }
  }

  /** @param {Api.Feed} feed */
  statusOf(feed) { return statusOf(feed, this.clock, this.trouble); }

  /** @param {Api.Time} ms */
  ago(ms) {
    if (!ms) return t("never");
    const age_ms = this.clock.shown() - ms;
    return age_ms < 0 ? ago(age_ms) : t("ago", { age: span(age_ms) });
  }

  /** @param {string} name */
  open(name) {
    const feed = this.feeds.get(name);
    if (!feed) return;
    const status = this.statusOf(feed);
    /** @param {Api.Time} ms */
    const at = (ms) => ms ? `${timeText(ms)} (${this.ago(ms)})` : t("never");
    write(byId("feed-title"), feedName(name));
    fillFacts(byId("feed-body"), [
      ["feed.status", `${t("status." + status)} — ${t(`status.${status}.why`)}`],
      ["feed.success", at(feed.last_success_ms)], ["feed.change", at(feed.last_change_ms)],
      ["feed.received", at(feed.received_ms)], ["feed.poll", feed.poll_ms ? span(feed.poll_ms) : ""],
      ["feed.rows", String(feed.row_count)], ["feed.usual", feed.usual_rows ? String(feed.usual_rows) : ""],
      ["feed.refused", String(feed.refused)], ["feed.repaired", String(feed.repaired)],
      ["feed.code", feed.code], ["feed.detail", detailText(feed)],
      ["feed.simulated", feed.simulated ? t("yes") : ""],
    ]);
    write(byId("feed-todo"), wordOr(`status.${status}.todo`, ""));
    if (status !== "never") this.showDay(name);
    this.dialog.showModal();
  }

  /** The last 24 hours of a feed. @param {string} name */
  async showDay(name) {
    byId("feed-day").replaceChildren();
    byId("feed-spans").replaceChildren();
    try {
      showDay(await getJson(`/api/v1/feeds/${encodeURIComponent(name)}/day`));
    } catch {
      showText(byId("feed-day-said"), t("feed.day.failed"));
    }
  }
}

/** The server's status, which another moment's is alone; when no server answers any more, silence is late by
 * the same rule. Where no report can be taken in, it is not the feed's.
 * @param {Api.Feed} feed
 * @param {Pick<Ui.Clock, "at_ms" | "shown">} clock @param {string} trouble what stops all processing */
export function statusOf({ status, received_ms, poll_ms }, clock, trouble) {
  const now = clock.shown();
  if (!(status in FEED_SYMBOLS)) return "unknown";
  if (status === "never" || clock.at_ms !== null) return status;
  if (isAhead(received_ms, now)) return "ahead";
  const isSilent = now - received_ms > 2 * poll_ms + SLACK_MS;
  if (isSilent && status !== "stopped") return trouble ? "held" : "stale";
  return status;
}

/** What a code means, and of many datasets which. @param {Api.Feed} feed */
function detailText({ code, detail }) {
  const means = wordOr("code." + code, "");
  return means && detail ? `${means} (${detail})` : means || detail;
}

/** @param {string} name */
const rank = (name) => {
  const at = ORDER.indexOf(name.split(".").pop() || "");
  return at < 0 ? ORDER.length : at;
};

/** Fills a <dl> with [key of the word, text or node]; rows without one are left out.
 * @param {HTMLElement} list @param {[string, string | Node | null | undefined][]} facts */
export function fillFacts(list, facts) {
  list.replaceChildren();
  for (const [key, fact] of facts) {
    if (fact) list.append(termRow(t(key), fact));
  }
  return list;
}
