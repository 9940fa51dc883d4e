// The line under the map: what stands at the place that is shown, or that nothing does.
import { byId, write } from "../dom.js";
import { clockText, dayText, endText, minuteText, whenText } from "../times.js";
import { localized, span, t } from "../words.js";
import { KINDS } from "../map/kinds.js";
import { rulesOf } from "../map/situations/list.js";
import { isAsleep } from "../map/situations/sorting.js";

const MOST_ROADS = 2;
const LONG_TITLE = 24; // letters; a longer one takes two lines

export class Spot {
  box = byId("spot");

  /** @param {import("./wall.js").Wall} wall */
  constructor(wall) { this.wall = wall; }

  show() {
    const { now, state: { chosen }, settings, isFollowing } = this.wall;
    if (!now) { this.fill({ look: "none", title: "" }); return; }
    const row = chosen?.kind === "situation" ? now.rows.situation.get(chosen.id) : undefined;
    if (row) this.showSituation(now, row);
    else if (isFollowing) this.showChosen();
    else if (settings.hasTour) this.showNothing();
    else this.fill({ look: "none", title: t("wall.whole") });
    this.showNumber();
  }

  /** @param {{look: string, title: string, severity?: string, rules?: string, state?: string,
   *   facts?: string}} words */
  fill({ look, title, severity = "", rules = "", state = "", facts = "" }) {
    this.box.dataset.severity = look;
    this.box.dataset.title = title.length > LONG_TITLE ? "long" : "short";
    for (const [name, text] of Object.entries({ title, severity, rules, state, facts })) {
      write(byId("spot-" + name), text);
    }
  }

  /** @param {Ui.Picture} picture @param {Api.Situation} row */
  showSituation(picture, row) {
    const now_ms = this.wall.clock.now(), title = localized(row, "title"), { until_ms, since_ms } = row;
    const age = t("alert.for", { age: span(now_ms - since_ms) });
    const facts = [
      roadsOf(picture, row, title), `${t("alert.since", { time: whenText(since_ms) })} (${age})`,
      until_ms ? t("wall.until", { time: endOf(until_ms, now_ms) }) : "",
    ].filter(Boolean).join(" · ");
    const severity = t(row.alert ? "alert." + row.severity : "situation.information");
    const look = row.alert ? row.severity : "none", state = stateOf(row, now_ms);
    this.fill({ look, title, severity, rules: rulesOf(row), state, facts });
  }

  /** Something else is chosen on the screen that is followed, or nothing. */
  showChosen() {
    const { picture, state: { chosen }, following: { shown } } = this.wall;
    const facts = shown ? t("wall.follow.moved", { time: clockText(shown.moved_ms) }) : "";
    const hint = chosen && picture ? hintOf(picture, chosen) : "";
    const kind = chosen && hint ? t("kind." + chosen.kind) : "";
    this.fill({ look: "none", severity: kind, title: hint || t("wall.follow.view"), facts });
  }

  /** Nothing stands; or that is not known. */
  showNothing() {
    const isSure = this.wall.isSure;
    const title = t(isSure ? "wall.none" : "alerts.unknown");
    this.fill({ look: isSure ? "calm" : "none", title, facts: isSure ? t("wall.none.detail") : "" });
  }

  /** Which stop of how many, and that the tour stands. */
  showNumber() {
    const { tour, isFollowing, settings } = this.wall, { stops, place, isPaused } = tour;
    const isOnTour = settings.hasTour && !isFollowing && stops.length > 0;
    const number = isOnTour ? t("wall.number", { n: place + 1, all: stops.length }) : "";
    this.box.dataset.tour = !isOnTour ? "off" : isPaused ? "paused" : "on";
    write(byId("spot-number"), isOnTour && isPaused ? `${t("wall.paused")} · ${number}` : number);
  }

  /** How long the stop still stays, as a line. */
  showStay() {
    const { tour } = this.wall, share = Math.min(1, tour.stood(performance.now()) / tour.stay_ms);
    byId("spot-stay").style.transform = `scaleX(${tour.stops.length > 1 ? share.toFixed(3) : 0})`;
  }
}

/** What the pointer would say of a thing. @param {Ui.Picture} picture @param {Ui.Chosen} chosen */
function hintOf(picture, { kind, id }) {
  const i = kind === "link" ? picture.network.indexOf.get(id) ?? -1 : -1;
  return kind === "link" && i < 0 ? "" : KINDS[kind]?.hint?.(picture, id, i) || "";
}

/** What was done with it. @param {Api.Situation} row @param {number} now_ms */
function stateOf(row, now_ms) {
  const { acknowledged: ack, assigned } = row, lines = [];
  if (ack) lines.push(t("ack.by", { by: ack.by, time: minuteText(ack.at_ms) }));
  else if (isAsleep(row, now_ms)) {
    const time = minuteText(Number(row.snoozed_until_ms));
    lines.push(t("situation.asleep", { time, by: row.snoozed_by || "" }));
  } else if (row.alert) lines.push(t("wall.waits"));
  if (assigned) lines.push(t("situation.assigned", { to: assigned }));
  return lines.join(" · ");
}

/** The roads it lies on that its title does not name. @param {Ui.Picture} picture @param {Api.Situation} row
 * @param {string} title */
function roadsOf({ network }, { links }, title) {
  const names = [...new Set(links.map((i) => network.roads[i] || network.nameOf(i)))];
  return names.filter((name) => name && !title.includes(name)).slice(0, MOST_ROADS).join(", ");
}

/** An end, without its day where that is today. @param {number} ms @param {number} now_ms */
const endOf = (ms, now_ms) => dayText(ms) === dayText(now_ms) ? minuteText(ms) : endText(ms).slice(5);
