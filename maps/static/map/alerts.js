// The list of open alerts. What waits for a person stands first: critical ones, the others, then those that
// somebody has acknowledged; the newest first in each. So the top of the list is what is to be done.
import { arrange, byId, closest, el, letterOf, makeButton, markCurrent, write } from "../dom.js";
import { minuteText } from "../times.js";
import { span, t } from "../words.js";
import { Sound } from "./alert-sound.js";
import { alertMark, alertTitle, alertUnder, isSeen, holdsText } from "./kinds/alert.js";

/** @typedef {Api.Alert & {ended_ms?: number}} Item an alert, open or just ended */
/** @typedef {{mark: string, alert: Item, element: HTMLElement, age: HTMLElement}} Row */

const FIRST_ROWS = 120, MORE_ROWS = 400, ENDED_MS = 60_000, ENDED_ROWS = 5, SENT_MS = 15_000;

export class Alerts {
  most = FIRST_ROWS;
  list = byId("alerts-list");
  sound = new Sound(byId("alerts-sound"));
  rows = /** @type {Map<string, Row>} */ (new Map());
  ended = /** @type {Map<string, Item>} */ (new Map());
  known = /** @type {Map<string, Api.Alert> | null} */ (null); // what was open at the last look
  sent = /** @type {Set<string>} */ (new Set()); // those a name was just sent for
  chosen = /** @type {Ui.Chosen | null} */ (null);
  wasSure = false;
  picture = /** @type {Ui.Picture | null} */ (null);

  /** @param {Ui.Clock} clock @param {Ui.AlertActs} acts */
  constructor(clock, acts) {
    this.clock = clock;
    this.acts = acts;
    this.list.addEventListener("keydown", (e) => this.onKey(e));
    this.list.addEventListener("focusin", (e) => this.moveStop(closest(e, "li")));
    setInterval(() => this.showAges(), 1000);
  }

  /** The newest alerts and acknowledgements. @param {Ui.Picture} picture */
  show(picture) {
    this.picture = picture;
    this.wasSure = this.acts.isSure();
    const alerts = [...picture.rows.alert.values()];
    const waiting = alerts.filter((alert) => !isSeen(picture, alert));
    const critical = waiting.filter(({ severity }) => severity === "critical");
    if (this.wasSure) this.note(alerts, critical); // a store that is made again has lost alerts that go on
    /** @param {Api.Alert} alert */
    const group = (alert) => isSeen(picture, alert) ? 2 : alert.severity === "critical" ? 0 : 1;
    alerts.sort((a, b) => group(a) - group(b) || b.since_ms - a.since_ms || (a.name < b.name ? -1 : 1));
    this.fill(picture, alerts);
    this.count(alerts.length, waiting.length, critical.length);
    this.sound.follow(critical.length > 0);
  }

  /** What began and what ended since the last look: new critical ones are announced, ended ones stay for a
   * minute. @param {Api.Alert[]} alerts @param {Api.Alert[]} critical */
  note(alerts, critical) {
    const now = this.clock.now(), open = new Map(alerts.map((alert) => [alert.id, alert])), { known } = this;
    this.known = open;
    for (const [id, alert] of this.ended) if (open.has(id) || this.isGone(alert)) this.ended.delete(id);
    if (!known) return;
    for (const [id, alert] of known) if (!open.has(id)) this.ended.set(id, { ...alert, ended_ms: now });
    const fresh = critical.filter(({ id }) => known.get(id)?.severity !== "critical");
    if (fresh.length) announce(fresh[0], fresh.length);
  }

  /** Whether an ended alert has stood long enough. @param {Item} alert */
  isGone({ ended_ms = Infinity }) { return this.clock.now() - ended_ms > ENDED_MS; }

  /** @param {number} open @param {number} waiting @param {number} critical */
  count(open, waiting, critical) {
    const note = byId("alerts-waiting"), sum = byId("alerts-sum");
    sum.dataset.severity = note.dataset.severity = critical ? "critical" : waiting ? "warning" : "none";
    write(byId("alerts-count"), open.toLocaleString());
    if (open) {
      write(note, t(waiting ? "alerts.waiting" : "alerts.all_seen", { n: waiting.toLocaleString() }));
      write(byId("alerts-sum-count"), String(waiting || open));
      sum.setAttribute("aria-description", t("alerts.sum", { n: open, waiting, critical }));
    } else {
      write(note, "");
      write(byId("alerts-sum-count"), this.wasSure ? "0" : "?");
      sum.setAttribute("aria-description", t(this.wasSure ? "alerts.sum.none" : "alerts.unknown"));
    }
  }

  /** Brings the list in line; rows that show the same stay the elements they are.
   * @param {Ui.Picture} picture @param {Api.Alert[]} alerts */
  fill(picture, alerts) {
    const none = byId("alerts-none");
    const ended = [...this.ended.values()].sort((a, b) => Number(b.ended_ms) - Number(a.ended_ms));
    const shown = [...alerts.slice(0, this.most), ...ended.slice(0, ENDED_ROWS)];
    this.rows = new Map(shown.map((alert) => [alert.id, this.rowOf(picture, alert)]));
    const wanted = [...this.rows.values()].map((row) => row.element);
    if (alerts.length > this.most) wanted.splice(this.most, 0, this.more(picture, alerts.length - this.most));
    const next = this.afterMine();
    arrange(this.list, wanted);
    if (next) rowButton(next.element).focus({ preventScroll: true });
    none.hidden = wanted.length > 0;
    write(none, t(this.wasSure ? "alerts.none" : "alerts.unknown"));
    const stop = this.list.querySelector("li:focus-within, li:has([aria-current])");
    this.moveStop(stop || this.list.firstElementChild);
    this.markChosen(this.chosen);
    this.showAges();
  }

  /** The row of an alert, as it is where nothing of it changed.
   * @param {Ui.Picture} picture @param {Item} alert @returns {Row} */
  rowOf(picture, alert) {
    const ack = picture.rows.ack.get(alert.id) || null, before = this.rows.get(alert.id);
    const state = isSeen(picture, alert) ? "seen" : this.sent.has(alert.id) ? "sent" : "new";
    const mark = JSON.stringify([alert, ack, state]) + document.documentElement.lang;
    return before?.mark === mark ? before : { mark, alert, ...this.row(alert, ack, state) };
  }

  /** Where the keyboard goes when the row it is on was just acknowledged: to the one below, not away with
   * it. */
  afterMine() {
    const { rows } = this;
    const mine = this.list.querySelector("li:focus-within");
    if (!(mine instanceof HTMLElement) || mine.dataset.state !== "new") return null;
    if (rows.get(idOf(mine))?.element.dataset.state !== "seen") return null;
    for (let li = mine.nextElementSibling; li; li = li.nextElementSibling) {
      const row = rows.get(idOf(li));
      if (row) return row;
    }
    return null;
  }

  /** @param {string} episode */
  titleOf(episode) {
    const alert = this.known?.get(episode) || this.ended.get(episode);
    return alert ? alertTitle(alert) : "";
  }

  /** @param {Ui.Picture} picture @param {number} count */
  more(picture, count) {
    const item = el("li", "more"), n = Math.min(count, MORE_ROWS).toLocaleString();
    item.append(makeButton("plain", t("alerts.more", { n }), () => {
      this.most += MORE_ROWS;
      this.show(picture);
    }));
    return item;
  }

  /** @param {Item} alert @param {Api.Ack | null} ack @param {"new" | "sent" | "seen"} state */
  row(alert, ack, state) {
    const li = el("li", "alert"), button = makeButton("row", null, () => this.acts.choose(alert));
    const text = el("span", "text"), tags = el("span", "tags"), age = el("span", "age");
    li.dataset.severity = alert.severity;
    li.dataset.state = alert.ended_ms ? "over" : state === "seen" ? "seen" : "new";
    button.dataset.id = alert.id;
    tags.append(el("b", "severity", t("alert." + alert.severity)));
    tags.append(el("span", "rule", holdsText(alert)), age);
    text.append(tags, el("b", "title", alertTitle(alert)), el("span", "under", alertUnder(alert)));
    if (ack) text.append(...ackLines(alert, ack, state));
    if (state === "sent") text.append(el("span", "ack", t("ack.waits")));
    button.append(alertMark(alert.severity), text);
    li.append(button);
    if (state === "new" && !alert.ended_ms) li.append(this.ackButton(alert));
    return { element: li, age };
  }

  /** @param {Api.Alert} alert */
  ackButton(alert) {
    const button = makeButton("button do-ack", t("ack.button"), () => this.acts.acknowledge(alert));
    button.dataset.id = alert.id;
    button.setAttribute("aria-label", t("ack.label", { title: alertTitle(alert) }));
    return button;
  }

  showAges() {
    if (!this.picture || document.hidden) return;
    const now = this.clock.now();
    for (const { alert: { ended_ms, since_ms }, age } of this.rows.values()) {
      const open = t("alert.for", { age: span(now - since_ms) });
      write(age, ended_ms ? t("alert.over", { time: minuteText(ended_ms) }) : open);
    }
    const hasGone = [...this.ended.values()].some((alert) => this.isGone(alert));
    if (this.acts.isSure() !== this.wasSure || hasGone) this.show(this.picture);
  }

  /** One row at a time is a stop of the Tab key: 500 alerts are not 500 stops. @param {Element | null}
   * stop */
  moveStop(stop) {
    const buttons = this.list.querySelectorAll("button");
    for (const button of buttons) button.tabIndex = stop?.contains(button) ? 0 : -1;
  }

  /** Takes the keyboard: to the first alert that waits, else to the first. */
  focus() {
    const row = this.list.querySelector(".row") || byId("alerts-sound");
    this.list.scrollTop = 0;
    if (row instanceof HTMLElement) row.focus();
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const li = closest(e, "li"), letter = letterOf(e) || e.key.toLowerCase();
    if (letter === "k") this.acknowledge(li, e.shiftKey);
    else if (!this.move(li, e.key)) return;
    e.preventDefault();
  }

  /** @param {Element | null} li @param {boolean} isHurried */
  acknowledge(li, isHurried) {
    const row = li?.querySelector(".do-ack") && this.rows.get(idOf(li));
    if (row) (isHurried ? this.acts.hurry : this.acts.acknowledge)(row.alert);
  }

  /** Moves the keyboard through the rows; whether the key does that. @param {Element | null} li
   * @param {string} key */
  move(li, key) {
    /** @type {NodeListOf<HTMLElement>} */
    const rows = this.list.querySelectorAll(".row, .more button"), last = rows.length - 1;
    const at = [...rows].findIndex((row) => li?.contains(row));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[key];
    if (next === undefined) return false;
    rows[Math.max(0, Math.min(last, next))]?.focus();
    return true;
  }

  /** A name was sent for this alert; where it does not come back from the log the button does.
   * @param {Api.Alert} alert */
  markSent({ id }) {
    const show = () => { if (this.picture) this.show(this.picture); };
    this.sent.add(id);
    show();
    setTimeout(() => { this.sent.delete(id); show(); }, SENT_MS);
  }

  /** @param {Ui.Chosen | null} chosen */
  markChosen(chosen) {
    this.chosen = chosen;
    for (const { alert, element } of this.rows.values()) {
      const isChosen = chosen?.kind === "alert" && chosen.id === alert.name;
      markCurrent(rowButton(element), isChosen && !alert.ended_ms);
    }
  }
}

/** @param {Element} li */
const rowButton = (li) => /** @type {HTMLElement} */ (li.children[0]);
/** @param {Element} li */
const idOf = (li) => rowButton(li).dataset.id || "";

/** Says to a reader of the screen what has come. @param {Api.Alert} first @param {number} n */
function announce(first, n) {
  const values = { rule: holdsText(first), title: alertTitle(first), n };
  byId("alerts-said").textContent = t(n > 1 ? "alerts.said.more" : "alerts.said", values);
}

/** Who acknowledged it, and that it has grown graver since. @param {Api.Alert} alert @param {Api.Ack} ack
 * @param {string} state */
function ackLines({ severity }, { by, at_ms, comment }, state) {
  const text = `✓ ${t("ack.by", { by, time: minuteText(at_ms) })}${comment ? ` · ${comment}` : ""}`;
  const lines = [el("span", "ack", text)];
  if (state !== "seen") lines.push(el("span", "rose", t("ack.rose", { severity: t("alert." + severity) })));
  return lines;
}
