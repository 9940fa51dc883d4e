// Feeds that do not answer: since when, and what of the map is of then. Not said where the whole picture is
// late, which has a banner of its own, nor of another moment.
import { byId, el, showText } from "../dom.js";
import { minuteText } from "../times.js";
import { feedName, hasWord, t } from "../words.js";

/** @typedef {{feed: string, since_ms: Api.Time}} Outage */

const AWAY = ["stale", "stopped", "unknown", "frozen", "ahead"];
const MOST = 2; // lines; the rest is counted

/** The feeds that do not answer, in their order. @param {Iterable<Api.Feed>} feeds
 * @param {(feed: Api.Feed) => string} statusOf @returns {Outage[]} */
export function outagesOf(feeds, statusOf) {
  return [...feeds].filter((feed) => AWAY.includes(statusOf(feed))).map((feed) => ({
    feed: feed.feed,
    since_ms: (statusOf(feed) === "frozen" ? feed.last_change_ms : feed.last_success_ms) || null,
  }));
}

export class Outages {
  box = byId("outage");
  said = "";

  /** @param {import("./feeds.js").Feeds} feeds */
  constructor(feeds) {
    this.feeds = feeds;
    byId("outage-why").addEventListener("click", () => this.feeds.open(this.box.dataset.first || ""));
    setInterval(() => this.show(), 1000);
  }

  show() {
    const { dataset } = document.documentElement, isNow = dataset.live === "live" && !dataset.time;
    const found = isNow ? outagesOf(this.feeds.feeds.values(), (feed) => this.feeds.statusOf(feed)) : [];
    const lines = found.slice(0, MOST).map(lineOf), rest = found.length - lines.length;
    if (rest > 0) lines.push(t("outage.more", { n: rest }));
    const text = lines.join("\n");
    this.box.hidden = !text;
    this.box.dataset.first = found[0]?.feed || "";
    if (text === this.said) return; // what is said once is not said again by a screen reader
    this.said = text;
    byId("outage-lines").replaceChildren(...lines.map((line) => el("span", "", line)));
  }
}

/** What one takes from the map. @param {Outage} outage */
export function lineOf({ feed, since_ms }) {
  const key = "outage." + (feed.split(".").pop() || ""), name = feedName(feed);
  const head = since_ms ? t("outage.since", { time: minuteText(since_ms), feed: name })
    : t("outage.never", { feed: name });
  return `${head}: ${t(hasWord(key) ? key : "outage.other")}`;
}

/** @typedef {{feed: string, since_ms: number, until_ms: number, spans: [number, string][]}} Day */

/** The parts of a strip of a day, each with its share. @param {Day} day
 * @returns {{status: string, from_ms: number, to_ms: number}[]} */
export function partsOf({ since_ms, until_ms, spans }) {
  const begins = [[since_ms, "nothing"], ...spans];
  return begins.map(([from_ms, status], k) => ({
    status: String(status), from_ms: Number(from_ms), to_ms: Number(begins[k + 1]?.[0] ?? until_ms),
  })).filter(({ from_ms, to_ms }) => to_ms > from_ms);
}

/** Draws a feed's day, and lists what was not well, the last first. @param {Day} day */
export function showDay(day) {
  const parts = partsOf(day), strip = byId("feed-day");
  strip.replaceChildren(...parts.map(({ status, from_ms, to_ms }) => {
    const part = el("i", status);
    part.style.flexGrow = String(to_ms - from_ms);
    return part;
  }));
  /** @param {number} ms */
  const at = (ms) => ms === day.until_ms ? t("feed.day.now") : minuteText(ms);
  const poor = parts.filter(({ status }) => status !== "live" && status !== "nothing").reverse();
  const lines = poor.map(({ status, from_ms, to_ms }) =>
    t("feed.day.span", { begin: at(from_ms), end: at(to_ms), status: t("status." + status) }));
  strip.setAttribute("aria-label", lines.join(", ") || t("feed.day.well"));
  byId("feed-spans").replaceChildren(...lines.map((line) => el("li", "", line)));
  const isWell = day.spans.length && !lines.length;
  showText(byId("feed-day-said"), isWell ? t("feed.day.well") : day.spans.length ? "" : t("feed.day.none"));
}
