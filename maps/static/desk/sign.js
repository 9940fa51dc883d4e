// How live the desk is: the chip, the banner, the feeds, the clock. One question every five seconds.
import { isAhead } from "../clock.js";
import { byId, el, write } from "../dom.js";
import { FEED_SYMBOLS } from "../signs.js";
import { clockText } from "../times.js";
import { ago, feedName, hasWord, span, t } from "../words.js";
import { ask } from "./ask.js";
import { arrangeParts } from "./parts.js";

const EVERY_MS = 5000, STALE_MS = 10_000;
/** The chip's words for a cause of the desk's own. @type {Record<string, string>} */
const CHIPS = {
  away: "live.down", desk_lost: "live.lost", desk_rebuilding: "live.rebuilding", desk_never: "live.waiting",
  desk_stale: "live.stale",
};

export class DeskSign {
  feeds = /** @type {Api.Feed[]} */ ([]);
  store = "ok";
  trouble = "";
  clock_ms = /** @type {Api.Time} */ (null);
  isAway = false;
  heard_ms = 0;

  /** @param {Ui.Clock} clock @param {() => void} onAnswer the server answers */
  constructor(clock, onAnswer) {
    this.clock = clock;
    this.onAnswer = onAnswer;
    setInterval(() => this.show(), 1000);
    setInterval(() => this.poll(), EVERY_MS);
    document.addEventListener("visibilitychange", () => this.poll());
  }

  async poll() {
    if (document.hidden) return;
    try {
      this.observe(await ask("/api/v1/feeds"));
      this.onAnswer();
    } catch {
      this.lose();
    }
  }

  /** Takes in what any answer holds of time and store. @param {Desk.Heartbeat} body */
  observe(body) {
    this.clock.observe(body.now_ms);
    this.isAway = false;
    this.heard_ms = body.now_ms;
    this.store = body.store || "ok";
    this.trouble = body.trouble ?? this.trouble;
    if (body.clock_ms !== undefined) this.clock_ms = body.clock_ms;
    this.feeds = body.feeds || this.feeds;
    if (body.simulated) byId("simulated").hidden = false;
    this.show();
  }

  lose() {
    this.isAway = true;
    this.show();
  }

  age() { return this.clock_ms === null ? null : this.clock.now() - this.clock_ms; }

  /** init, live, stale or down, and the cause that the banner names. @returns {[string, string]} */
  cause() {
    const age_ms = this.age();
    if (this.isAway) return ["down", "away"];
    if (!this.heard_ms) return ["init", ""];
    if (this.store !== "ok") return ["stale", "desk_" + this.store];
    if (age_ms === null) return ["stale", "desk_never"];
    if (isAhead(-age_ms, 0)) return ["stale", "ahead"];
    return age_ms > STALE_MS ? ["stale", this.trouble || "desk_stale"] : ["live", ""];
  }

  show() {
    const [status, cause] = this.cause(), root = document.documentElement;
    if (root.dataset.live !== status) root.dataset.live = status;
    const own = CHIPS[cause] || "live." + cause;
    write(byId("live-word"), t(hasWord(own) ? own : "live." + status));
    write(byId("clock-now"), this.heard_ms ? clockText(this.clock.now()) : "--:--:--");
    this.showBanner(cause);
    this.showFeeds();
  }

  /** @param {string} cause */
  showBanner(cause) {
    const banner = byId("banner"), age_ms = this.age();
    banner.hidden = !cause;
    if (!cause) return;
    const shown_ms = cause === "away" ? this.clock.now() - this.heard_ms : age_ms ?? 0;
    const age = age_ms === null ? "" : span(Math.abs(shown_ms));
    const isEmpty = cause === "away" && !this.heard_ms;
    write(byId("banner-word"), t("banner." + cause, { age }));
    write(byId("banner-detail"), t(isEmpty ? "banner.away.empty" : `banner.${cause}.detail`, { age }));
  }

  showFeeds() {
    const list = byId("feeds");
    arrangeParts(list, this.feeds.map((feed) => (
      { key: feed.feed, mark: [feed.status], make: () => chip(feed) })));
    for (const { feed, status, last_success_ms: ms } of this.feeds) {
      const age = list.querySelector(`[data-part="${CSS.escape(feed)}"] .age`);
      if (age && status !== "never") write(age, ms ? ago(this.clock.now() - ms) : t("never"));
    }
  }
}

/** @param {Api.Feed} feed */
function chip({ feed, status }) {
  const li = el("li", "chip"), symbol = el("span", "symbol", FEED_SYMBOLS[status] || "?");
  symbol.setAttribute("aria-hidden", "true");
  li.dataset.status = status;
  li.title = t(`status.${status}.why`);
  li.append(symbol, el("span", "name", feedName(feed)));
  li.append(el("b", "word", t("status." + status)), el("span", "age"));
  return li;
}
