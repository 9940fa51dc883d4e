// How live the desk is: the chip, the banner, the feeds, the clock. One question every five seconds.
import { isAhead } from "../clock.js";
import { el, write } from "../dom.js";
import { FEED_SYMBOLS } from "../signs.js";
import { ago, clockText, feedName, span, t } from "../words.js";
import { ask } from "./ask.js";
import { arrangeParts } from "./parts.js";

const EVERY_MS = 5000, STALE_MS = 10000;

const OWN = Object.fromEntries(["ahead", "full", "read_only", "disk", "no_worker", "stands"].map((cause) => [cause, "live." + cause]));

export class DeskSign {
  constructor(clock) {
    Object.assign(this, { clock, feeds: [], store: "ok", trouble: "", clock_ms: undefined, isAway: false, heard_ms: 0 });
    this.elements = Object.fromEntries(["live-word", "clock-now", "banner", "banner-word", "banner-detail", "feeds", "simulated"].map((id) => [id, document.getElementById(id)]));
    setInterval(() => this.show(), 1000);
    setInterval(() => this.poll(), EVERY_MS);
    document.addEventListener("visibilitychange", () => this.poll());
  }

  async poll() {
    if (document.hidden) return;
    try {
      this.hear(await ask("/api/v1/feeds"));
      if (this.onHeard) this.onHeard();
    } catch {
      this.lose();
    }
  }

  /** Takes in what any answer says of time and store. */
  hear(body) {
    this.clock.observe(body.now_ms);
    this.isAway = false;
    this.heard_ms = body.now_ms;
    this.store = body.store || "ok";
    if (body.trouble !== undefined) this.trouble = body.trouble;
    if (body.clock_ms !== undefined) this.clock_ms = body.clock_ms;
    if (body.feeds) this.feeds = body.feeds;
    if (body.simulated) this.elements.simulated.hidden = false;
    this.show();
  }

  lose() {
    this.isAway = true;
    this.show();
  }

  age() { return this.clock_ms === null || this.clock_ms === undefined ? null : this.clock.now() - this.clock_ms; }

  /** init, live, stale or down, and the cause that the banner names. */
  cause() {
    if (this.isAway) return ["down", "away"];
    if (!this.heard_ms) return ["init", ""];
    if (this.store !== "ok") return ["stale", "desk_" + this.store];
    if (this.age() === null) return ["stale", "desk_never"];
    if (isAhead(this.clock_ms, this.clock.now())) return ["stale", "ahead"];
    return this.age() > STALE_MS ? ["stale", this.trouble || "desk_stale"] : ["live", ""];
  }

  show() {
    const [word, cause] = this.cause(), root = document.documentElement;
    if (root.dataset.live !== word) root.dataset.live = word;
    const key = { away: "live.down", desk_lost: "live.lost", desk_rebuilding: "live.rebuilding", desk_never: "live.waiting", ...OWN }[cause] || "live." + word;
    write(this.elements["live-word"], t(key));
    write(this.elements["clock-now"], this.heard_ms ? clockText(this.clock.now()) : "--:--:--");
    this.showBanner(cause);
    this.showFeeds();
  }

  showBanner(cause) {
    const { banner } = this.elements;
    banner.hidden = !cause;
    if (!cause) return;
    const age = this.age() === null ? "" : span(Math.abs(cause === "away" ? this.clock.now() - this.heard_ms : this.age()));
    const detail = cause === "away" && !this.heard_ms ? "banner.away.empty" : `banner.${cause}.detail`;
    write(this.elements["banner-word"], t("banner." + cause, { age }));
    write(this.elements["banner-detail"], t(detail, { age }));
  }

  showFeeds() {
    arrangeParts(this.elements.feeds, this.feeds.map((feed) => ({ key: feed.feed, mark: [feed.status], make: () => chip(feed) })));
    for (const feed of this.feeds) {
      const age = this.elements.feeds.querySelector(`[data-part="${CSS.escape(feed.feed)}"] .age`);
      if (age && feed.status !== "never") write(age, feed.last_success_ms ? ago(this.clock.now() - feed.last_success_ms) : t("never"));
    }
  }
}

function chip(feed) {
  const li = el("li", "chip"), symbol = el("span", "symbol", FEED_SYMBOLS[feed.status] || "?");
  symbol.setAttribute("aria-hidden", "true");
  li.dataset.status = feed.status;
  li.title = t(`status.${feed.status}.why`);
  li.append(symbol, el("span", "name", feedName(feed.feed)), el("b", "word", t("status." + feed.status)), el("span", "age"));
  return li;
}
