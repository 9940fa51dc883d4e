// The list of open alerts. What waits for a person stands first: critical, then the rest, then what somebody has
// acknowledged; the newest first in each. So the top of the list is what is to be done, however many are open.
import { el, write } from "../dom.js";
import { clockText, dayText, feedName, shortDay, span, t, wordOr } from "../words.js";
import { Sound } from "./alert-sound.js";
import { arrange } from "./works.js";

const FIRST_ROWS = 120, MORE_ROWS = 400, ENDED_MS = 60000, ENDED_ROWS = 5, SENT_MS = 15000;
const SEVERITIES = ["critical", "warning", "notice"];

export class Alerts {
  /** `isSure`: is what the picture lacks really over; `choose` flies to an alert, `acknowledge` asks for a name and a comment, `hurry` for neither. */
  constructor(clock, { isSure, choose, acknowledge, hurry }) {
    Object.assign(this, { clock, isSure, choose, acknowledge, hurry, most: FIRST_ROWS, rows: new Map(), ended: new Map(), known: null, sent: new Set(), chosen: null });
    this.list = document.getElementById("alerts-list");
    this.sound = new Sound(document.getElementById("alerts-sound"));
    this.list.addEventListener("keydown", (e) => this.onKey(e));
    this.list.addEventListener("focusin", (e) => this.moveStop(e.target.closest("li")));
    setInterval(() => this.showAges(), 1000);
  }

  /** The newest alerts and acknowledgements. */
  show(picture) {
    this.picture = picture;
    this.wasSure = this.isSure();
    const alerts = [...picture.alerts.values()];
    const waiting = alerts.filter((alert) => !this.isSeen(alert)), critical = waiting.filter((alert) => alert.severity === "critical");
    if (this.wasSure) this.note(alerts, critical); // a store that is made again has lost alerts that go on
    this.fill(alerts.sort((a, b) => this.group(a) - this.group(b) || b.since_ms - a.since_ms || (a.name < b.name ? -1 : 1)));
    this.count(alerts.length, waiting.length, critical.length);
    this.sound.follow(critical.length > 0);
  }

  isSeen(alert) { return isSeen(this.picture, alert); }

  group(alert) { return this.isSeen(alert) ? 2 : alert.severity === "critical" ? 0 : 1; }

  /** What began and what ended since the last look: new critical ones are said, ended ones stay for a minute. */
  note(alerts, critical) {
    const now = this.clock.now(), open = new Map(alerts.map((alert) => [alert.id, alert]));
    if (this.known) {
      for (const [id, alert] of this.known) if (!open.has(id)) this.ended.set(id, { ...alert, ended_ms: now });
      const fresh = critical.filter((alert) => this.known.get(alert.id)?.severity !== "critical");
      if (fresh.length) this.say(fresh);
    }
    for (const [id, alert] of this.ended) if (open.has(id) || now - alert.ended_ms > ENDED_MS) this.ended.delete(id);
    this.known = open;
  }

  say([first, ...more]) {
    const values = { rule: ruleText(first.rule), title: alertTitle(first), n: more.length + 1 };
    document.getElementById("alerts-said").textContent = t(more.length ? "alerts.said.more" : "alerts.said", values);
  }

  count(open, waiting, critical) {
    write(document.getElementById("alerts-count"), open.toLocaleString());
    const note = document.getElementById("alerts-waiting"), sum = document.getElementById("alerts-sum");
    write(note, open ? t(waiting ? "alerts.waiting" : "alerts.all_seen", { n: waiting.toLocaleString() }) : "");
    sum.dataset.severity = note.dataset.severity = critical ? "critical" : waiting ? "warning" : "none";
    write(document.getElementById("alerts-sum-count"), open || this.wasSure ? String(waiting || open) : "?");
    sum.setAttribute("aria-label", t(open ? "alerts.sum" : this.wasSure ? "alerts.sum.none" : "alerts.unknown", { n: open, waiting, critical }));
  }

  /** Brings the list in line; rows that say the same stay the elements they are. */
  fill(alerts) {
    const rows = new Map(), ended = [...this.ended.values()].sort((a, b) => b.ended_ms - a.ended_ms).slice(0, ENDED_ROWS);
    for (const alert of [...alerts.slice(0, this.most), ...ended]) {
      const ack = this.picture.acks.get(alert.id) || null, isSent = !this.isSeen(alert) && this.sent.has(alert.id);
      const mark = JSON.stringify([alert, ack, isSent]) + document.documentElement.lang;
      const before = this.rows.get(alert.id);
      rows.set(alert.id, before && before.mark === mark ? before : { mark, alert, ...this.row(alert, ack, isSent) });
    }
    this.rows = rows;
    const wanted = [...rows.values()].map((row) => row.element);
    if (alerts.length > this.most) wanted.splice(this.most, 0, this.more(alerts.length - this.most));
    const next = this.afterMine(rows);
    arrange(this.list, wanted);
    next?.element.firstChild.focus({ preventScroll: true });
    const none = document.getElementById("alerts-none");
    none.hidden = wanted.length > 0;
    write(none, t(this.wasSure ? "alerts.none" : "alerts.unknown"));
    this.moveStop(this.list.querySelector("li:focus-within, li:has([aria-current])") || this.list.firstElementChild);
    this.markChosen(this.chosen);
    this.showAges();
  }

  /** Where the keyboard goes when the row it is on has just been acknowledged: to the one below, not away with it. */
  afterMine(rows) {
    const mine = this.list.querySelector("li:focus-within"), id = mine?.firstChild.dataset.id;
    if (mine?.dataset.state !== "new" || rows.get(id)?.element.dataset.state !== "seen") return null;
    for (let li = mine.nextElementSibling; li; li = li.nextElementSibling) if (rows.has(li.firstChild.dataset.id)) return rows.get(li.firstChild.dataset.id);
    return null;
  }

  titleOf(episode) {
    const alert = this.known?.get(episode) || this.ended.get(episode);
    return alert ? alertTitle(alert) : "";
  }

  more(count) {
    const item = el("li", "more"), button = el("button", "plain", t("alerts.more", { n: Math.min(count, MORE_ROWS).toLocaleString() }));
    button.type = "button";
    button.addEventListener("click", () => { this.most += MORE_ROWS; this.show(this.picture); });
    item.append(button);
    return item;
  }

  row(alert, ack, isSent) {
    const li = el("li", "alert"), button = el("button", "row"), text = el("span", "text");
    const tags = el("span", "tags"), age = el("span", "age"), isAcked = this.isSeen(alert);
    li.dataset.severity = alert.severity;
    li.dataset.state = alert.ended_ms ? "over" : isAcked ? "seen" : "new";
    button.type = "button";
    button.dataset.id = alert.id;
    tags.append(el("b", "severity", t("alert." + alert.severity)), el("span", "rule", ruleText(alert.rule)), age);
    text.append(tags, el("b", "title", alertTitle(alert)), el("span", "under", alertUnder(alert)));
    if (ack) text.append(el("span", "ack", `✓ ${t("ack.by", { by: ack.by, time: clockText(ack.at_ms).slice(0, 5) })}${ack.comment ? ` · ${ack.comment}` : ""}`));
    if (ack && !isAcked) text.append(el("span", "rose", t("ack.rose", { severity: t("alert." + alert.severity) })));
    if (isSent) text.append(el("span", "ack", t("ack.waits")));
    button.append(alertMark(alert.severity), text);
    button.addEventListener("click", () => this.choose(alert));
    li.append(button);
    if (!isAcked && !isSent && !alert.ended_ms) li.append(this.ackButton(alert));
    return { element: li, age };
  }

  ackButton(alert) {
    const button = el("button", "button do-ack", t("ack.button"));
    button.type = "button";
    button.dataset.id = alert.id;
    button.setAttribute("aria-label", t("ack.label", { title: alertTitle(alert) }));
    button.addEventListener("click", () => this.acknowledge(alert));
    return button;
  }

  showAges() {
    if (!this.picture || document.hidden) return;
    const now = this.clock.now();
    for (const { alert, age } of this.rows.values()) write(age, alert.ended_ms ? t("alert.over", { time: clockText(alert.ended_ms).slice(0, 5) }) : t("alert.for", { age: span(now - alert.since_ms) }));
    if (this.isSure() !== this.wasSure || [...this.ended.values()].some((alert) => now - alert.ended_ms > ENDED_MS)) this.show(this.picture);
  }

  /** One row at a time is a stop of the Tab key: 500 alerts are not 500 stops. */
  moveStop(stop) {
    for (const button of this.list.querySelectorAll("button")) button.tabIndex = stop && stop.contains(button) ? 0 : -1;
  }

  /** Takes the keyboard: to the first alert that waits, else to the first. */
  focus() {
    const row = this.list.querySelector(".row") || document.getElementById("alerts-sound");
    this.list.scrollTop = 0;
    row.focus();
  }

  onKey(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const rows = [...this.list.querySelectorAll(".row, .more button")], li = e.target.closest("li");
    const at = rows.findIndex((row) => li?.contains(row));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[e.key];
    if (next !== undefined) {
      e.preventDefault();
      rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
    } else if (e.code === "KeyK" || e.key.toLowerCase() === "k") {
      e.preventDefault();
      const row = this.rows.get(li?.firstChild.dataset.id), isWaiting = li?.querySelector(".do-ack");
      if (row && isWaiting) (e.shiftKey ? this.hurry : this.acknowledge)(row.alert);
    }
  }

  /** A name was sent for this alert; where it does not come back from the log the button does. */
  markSent(id) {
    this.sent.add(id);
    this.show(this.picture);
    setTimeout(() => { this.sent.delete(id); this.show(this.picture); }, SENT_MS);
  }

  markChosen(chosen) {
    this.chosen = chosen;
    for (const { alert, element } of this.rows.values()) {
      const isChosen = chosen?.kind === "alert" && chosen.id === alert.name && !alert.ended_ms;
      if (isChosen) element.firstChild.setAttribute("aria-current", "true"); else element.firstChild.removeAttribute("aria-current");
    }
  }
}

/** Whether somebody has acknowledged an alert as grave as it is now. */
export function isSeen(picture, alert) {
  const ack = picture.acks.get(alert.id);
  return Boolean(ack) && SEVERITIES.indexOf(ack.severity) <= SEVERITIES.indexOf(alert.severity);
}

/** The sign of a severity: octagon, triangle, circle; the word stands beside it. */
export function alertMark(severity) {
  const mark = el("span", "alert-mark", severity === "notice" ? "i" : "!");
  mark.dataset.severity = severity;
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

export function alertTitle(alert) {
  if (alert.rule === "feed") return feedName(alert.subject.replace(/^feed:/, ""));
  return alert.title || alert.subject.replace(/^\w+:/, "");
}

/** What holds: a closure, a level, a feed's status, so many calls. */
export function alertWhat(alert) {
  const closure = alert.closure && alert.closure !== "none" ? t("closure." + alert.closure) : "";
  return [closure, alert.level && t("level." + alert.level), alert.status && t("status." + alert.status), alert.count && t("report.count", { n: alert.count })].filter(Boolean).join(" · ");
}

/** Where a permit with several spots holds: how many places, and the first three. */
export const alertPlaces = (alert) => alert.places ? `${t("works.spots", { n: alert.place_count })}: ${alert.places.slice(0, 3).join(", ")}${alert.place_count > 3 ? ", …" : ""}` : "";

/** Since when, what holds, where if in several places, who is responsible. */
export const alertUnder = (alert) => [t("alert.since", { time: whenText(alert.since_ms) }), alertWhat(alert), alertPlaces(alert), alert.organisation].filter(Boolean).join(" · ");

export const ruleText = (rule) => wordOr("rule." + rule, rule);

/** "14:02" today, "11-22 14:02" on another day. */
export function whenText(ms) {
  const time = clockText(ms).slice(0, 5);
  return dayText(ms) === dayText(Date.now()) ? time : `${shortDay(ms)} ${time}`;
}
