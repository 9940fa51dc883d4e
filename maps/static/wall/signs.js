// What the wall says in large letters: the figures, feeds that do not answer, whose screen is followed,
// another time than now, and why there is no map.
import { byId, el, write } from "../dom.js";
import { minuteText, timeText, ZONE_MS } from "../times.js";
import { span, t } from "../words.js";
import { statusOf } from "../map/feeds.js";
import { lineOf, outagesOf } from "../map/outages.js";
import { figuresOf } from "./figures.js";

const MOST_OUTAGES = 2;

export class Signs {
  outages = "";

  /** @param {import("./wall.js").Wall} wall */
  constructor(wall) { this.wall = wall; }

  show() {
    const day = new Date(this.wall.clock.now() + ZONE_MS).getUTCDay();
    write(byId("clock-weekday"), t("time.day." + day));
    this.showFigures();
    this.showOutages();
    this.showFollow();
    this.showMoment();
    this.showBig();
  }

  /** A screen of another time is never taken for one of now. */
  showMoment() {
    const { state: { at_ms }, clock } = this.wall, root = document.documentElement, now_ms = clock.now();
    const kind = at_ms === null ? "" : at_ms > now_ms ? "ahead" : "past";
    if (kind) root.dataset.time = kind; else delete root.dataset.time;
    byId("moment").hidden = byId("figures-now").hidden = !kind;
    if (at_ms === null) return;
    const age = t(kind === "past" ? "ago" : "time.in", { age: span(Math.abs(at_ms - now_ms)) });
    write(byId("moment-word"), t("wall.moment." + kind, { at: timeText(at_ms).slice(5), age }));
    write(byId("moment-detail"), t("wall.moment.detail." + this.reservation(kind)));
  }

  /** What is to be known of the map of another time. @param {string} kind */
  reservation(kind) {
    if (this.wall.hasFailed) return "failed";
    if (kind === "ahead") return kind;
    return this.wall.state.isThen ? "then" : "hindsight";
  }

  showFigures() {
    const { now, clock } = this.wall;
    if (!now) return;
    const { waiting, critical, standing, closures, full } = figuresOf(now.rows, clock.now());
    const away = this.feedsAway().length, feeds = now.rows.feed.size;
    const note = critical ? t("wall.critical", { n: critical }) : this.calm(waiting, standing);
    this.figure("waiting", waiting, note, critical ? "danger" : waiting ? "warn" : "ok");
    this.figure("standing", standing, "", "plain");
    this.figure("closures", closures, full ? t("wall.full", { n: full }) : "", "plain");
    this.figure("feeds", away, t("wall.of_feeds", { n: feeds }), away ? "danger" : "plain");
  }

  /** @param {number} waiting @param {number} standing */
  calm(waiting, standing) { return this.wall.isSure && !waiting && standing ? t("alerts.all_seen") : ""; }

  /** @param {string} name @param {number} n @param {string} note @param {string} look */
  figure(name, n, note, look) {
    const box = byId("figure-" + name), [number, more] = box.querySelectorAll("dd > *");
    const isKnown = n > 0 || this.wall.isSure;
    box.dataset.look = isKnown ? look : "unknown";
    write(number, isKnown ? n.toLocaleString() : "?");
    write(more, note);
  }

  /** The feeds that do not answer now, whatever time the map shows. */
  feedsAway() {
    const { now, clock, sign } = this.wall, at = { at_ms: null, shown: () => clock.now() };
    return now ? outagesOf(now.rows.feed.values(), (feed) => statusOf(feed, at, sign.trouble)) : [];
  }

  /** Feeds that do not answer, as on the map: not where the whole picture is late, which has a banner, nor of
   * another moment. */
  showOutages() {
    const { dataset } = document.documentElement, isNow = dataset.live === "live" && !dataset.time;
    const away = isNow ? this.feedsAway() : [];
    const lines = away.slice(0, MOST_OUTAGES).map(lineOf), rest = away.length - lines.length;
    if (rest > 0) lines.push(t("outage.more", { n: rest }));
    const text = lines.join("\n");
    byId("outage").hidden = !text;
    if (text === this.outages) return;
    this.outages = text;
    byId("outage-lines").replaceChildren(...lines.map((line) => el("span", "", line)));
  }

  /** Whose screen is followed, or that none can be. */
  showFollow() {
    const { following: { shown, isOn, isAway }, stream } = this.wall, box = byId("follow");
    const isLost = isOn && isAway && stream.connection === "open";
    box.hidden = !shown && !isLost;
    box.dataset.kind = shown ? "on" : "lost";
    if (shown) {
      const who = shown.by || t("wall.follow.nobody");
      write(byId("follow-word"), t("wall.follow", { who, time: minuteText(shown.since_ms) }));
    } else if (isLost) write(byId("follow-word"), t("wall.follow.lost"));
  }

  /** What the middle says when there is no map to see, or nobody may see it any more. */
  showBig() {
    const box = byId("big"), { isOver, picture, stream: { failure } } = this.wall;
    const key = isOver ? "over" : picture ? "" : failure || "init";
    box.hidden = !key;
    box.dataset.kind = key;
    if (!key) return;
    const isOurs = key === "over" || key === "init";
    write(byId("big-word"), t(isOurs ? "wall." + key : "empty." + key));
    write(byId("big-detail"), t(isOurs ? `wall.${key}.detail` : `empty.${key}.detail`));
  }
}
