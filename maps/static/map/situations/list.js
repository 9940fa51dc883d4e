// The list of situations. What waits for a person stands first: critical ones, the others, then those that
// somebody has acknowledged or put off; the newest first in each. So its top is what is to be done.
import { arrange, byId, closest, el, letterOf, makeButton, markCurrent, write } from "../../dom.js";
import { minuteText, whenText } from "../../times.js";
import { feedName, localized, span, t, wordOr } from "../../words.js";
import { Sound } from "../alert-sound.js";
import { alertMark, alertWhat } from "../kinds/alert.js";
import { Announcer, freshOf } from "./announcing.js";
import { rising } from "./rising.js";
import { isAsleep, isOpen, listed, ORDERS, SHOWN } from "./sorting.js";

/** @typedef {Api.Situation & {ended_ms?: number}} Item a situation that stands or has just ended */
/** @typedef {"new" | "sent" | "seen" | "asleep" | "plain"} State */
/** @typedef {{mark: string, row: Item, element: HTMLElement, age: HTMLElement}} Shown */

const FIRST_ROWS = 120, MORE_ROWS = 400, ENDED_MS = 60_000, ENDED_ROWS = 5, SENT_MS = 15_000;
const MOST_RULES = 3;

export class Situations {
  most = FIRST_ROWS;
  list = byId("alerts-list");
  filter = byId("alerts-show", HTMLSelectElement);
  order = byId("alerts-order", HTMLSelectElement);
  finder = byId("alerts-find", HTMLInputElement);
  bulk = byId("alerts-bulk");
  sound = new Sound(byId("alerts-sound"));
  critical = new Announcer(byId("alerts-said"), "alerts.said", ruleOf);
  others = new Announcer(byId("alerts-said-others"), "alerts.said.others", ruleOf);
  rows = /** @type {Map<string, Shown>} */ (new Map());
  ended = /** @type {Map<string, Item>} */ (new Map());
  known = /** @type {Map<string, Api.Situation> | null} */ (null); // what stood at the last look
  sent = /** @type {Set<string>} */ (new Set()); // those that were just acknowledged here
  asked = ""; // the row whose acknowledgement a dialog asks about
  under = /** @type {string[]} */ ([]); // the rows that stood below it when it was asked about
  next = ""; // the row that has the keyboard once that dialog is closed
  chosen = /** @type {Ui.Chosen | null} */ (null);
  asleep = 0;
  wasSure = false;
  picture = /** @type {Ui.Picture | null} */ (null);

  /** @param {Ui.Clock} clock @param {Ui.SituationActs} acts */
  constructor(clock, acts) {
    this.clock = clock;
    this.acts = acts;
    this.list.addEventListener("keydown", (e) => this.onKey(e));
    this.list.addEventListener("focusin", (e) => this.moveStop(closest(e, "li")));
    for (const part of [this.filter, this.order, this.finder]) {
      part.addEventListener("input", () => this.again());
    }
    this.bulk.addEventListener("click", () => this.acts.acknowledge(this.waiting()));
    this.translate();
    setInterval(() => this.showAges(), 1000);
  }

  /** The choices, in the language of the page. */
  translate() {
    for (const [select, names] of /** @type {const} */ ([[this.filter, SHOWN], [this.order, ORDERS]])) {
      const { value } = select, prefix = select === this.filter ? "situations.show." : "situations.order.";
      select.replaceChildren(...names.map((name) => new Option(t(prefix + name), name)));
      select.value = value || names[0];
    }
  }

  again() { if (this.picture) this.show(this.picture); }

  /** The newest situations. @param {Ui.Picture} picture */
  show(picture) {
    const now_ms = this.clock.now(), rows = [...picture.rows.situation.values()];
    this.picture = picture;
    this.wasSure = this.acts.isSure();
    const alerts = rows.filter(({ alert }) => alert), waiting = alerts.filter((row) => isOpen(row, now_ms));
    const critical = waiting.filter(({ severity }) => severity === "critical");
    this.asleep = rows.filter((row) => isAsleep(row, now_ms)).length;
    if (this.wasSure) this.note(rows, waiting); // a store that is made again has lost what goes on
    const asked = { show: this.filter.value, order: this.order.value, query: this.finder.value };
    this.fill(picture, listed(rows, /** @type {any} */ (asked), now_ms));
    this.count(alerts.length, waiting.length, critical.length);
    this.sound.follow(critical.length > 0);
    if (this.wasSure) this.acts.follow(rows);
  }

  /** What began and what ended since the last look: new ones are announced, ended ones stay for a
   * minute. One that went into another did not end. @param {Api.Situation[]} rows
   * @param {Api.Situation[]} waiting those of them that wait for somebody */
  note(rows, waiting) {
    const standing = new Map(rows.map((row) => [row.id, row])), { known } = this;
    this.known = standing;
    for (const [id, row] of this.ended) if (standing.has(id) || this.isGone(row)) this.ended.delete(id);
    if (!known) return;
    for (const row of overOf(known, standing)) this.ended.set(row.id, { ...row, ended_ms: this.clock.now() });
    const { critical, others } = freshOf(waiting, known);
    this.critical.add(critical);
    this.others.add(others);
  }

  /** Whether an ended one has stood long enough. @param {Item} row */
  isGone({ ended_ms = Infinity }) { return this.clock.now() - ended_ms > ENDED_MS; }

  /** @param {number} open @param {number} waiting @param {number} critical */
  count(open, waiting, critical) {
    const note = byId("alerts-waiting"), sum = byId("alerts-sum"), severity = waiting ? "warning" : "none";
    sum.dataset.severity = note.dataset.severity = critical ? "critical" : severity;
    write(byId("alerts-count"), open.toLocaleString());
    write(note, open ? this.waitingText(waiting) : "");
    this.sum(sum, open, t("alerts.sum", { n: open, waiting, critical }), waiting || open);
    document.title = document.title.replace(/^(\(\d+\) )?/, waiting ? `(${waiting}) ` : "");
    this.showBulk();
  }

  /** The top line's count. @param {HTMLElement} sum @param {number} open @param {string} text
   * @param {number} n */
  sum(sum, open, text, n) {
    const none = this.wasSure ? "alerts.sum.none" : "alerts.unknown";
    write(byId("alerts-sum-count"), open || this.wasSure ? String(n) : "?");
    sum.setAttribute("aria-description", open ? text : t(none));
  }

  showBulk() {
    const n = this.waiting().length;
    this.bulk.hidden = n < 2;
    write(this.bulk, t("situations.bulk", { n }));
  }

  /** @param {number} waiting */
  waitingText(waiting) {
    if (waiting) return t("alerts.waiting", { n: waiting.toLocaleString() });
    return this.asleep ? t("situations.asleep", { n: this.asleep }) : t("alerts.all_seen");
  }

  /** Those of the list that wait for somebody. */
  waiting() {
    return [...this.rows.values()].filter(({ element }) => element.dataset.state === "new")
      .map(({ row }) => row);
  }

  /** Brings the list in line; rows that show the same stay the elements they are.
   * @param {Ui.Picture} picture @param {Api.Situation[]} found */
  fill(picture, found) {
    const none = byId("alerts-none");
    const ended = [...this.ended.values()].sort((a, b) => Number(b.ended_ms) - Number(a.ended_ms));
    const shown = [...found.slice(0, this.most), ...ended.slice(0, ENDED_ROWS)];
    this.rows = new Map(shown.map((row) => [row.id, this.rowOf(picture, row)]));
    const wanted = [...this.rows.values()].map((row) => row.element);
    if (found.length > this.most) wanted.splice(this.most, 0, this.more(found.length - this.most));
    const next = this.afterMine();
    arrange(this.list, wanted);
    if (next) rowButton(next.element).focus({ preventScroll: true });
    none.hidden = wanted.length > 0;
    write(none, this.emptiness(picture));
    const stop = this.list.querySelector("li:focus-within, li:has([aria-current])");
    this.moveStop(stop || this.list.firstElementChild);
    this.markChosen(this.chosen);
    this.showAges();
  }

  /** @param {Ui.Picture} picture */
  emptiness(picture) {
    if (!this.wasSure) return t("alerts.unknown");
    const isFiltered = this.filter.value !== SHOWN[0] || this.finder.value.trim();
    return t(isFiltered && picture.rows.situation.size ? "situations.none_found" : "alerts.none");
  }

  /** The row of a situation, as it is where nothing of it changed.
   * @param {Ui.Picture} picture @param {Item} row @returns {Shown} */
  rowOf(picture, row) {
    const before = this.rows.get(row.id), state = this.stateOf(row), rose = rising(picture, row);
    const lead = picture.rows.alert.get(leadOf(row).name);
    const mark = JSON.stringify([row, state, rose, lead]) + document.documentElement.lang;
    return before?.mark === mark ? before : { mark, row, ...this.row(row, state, { lead, rose }) };
  }

  /** @param {Api.Situation} row @returns {State} */
  stateOf(row) {
    if (!row.alert) return "plain";
    if (row.acknowledged) return "seen";
    if (isAsleep(row, this.clock.now())) return "asleep";
    return this.sent.has(row.id) ? "sent" : "new";
  }

  /** Where the keyboard goes when the row it is on was just acknowledged, or that was sent: to the next that
   * waits, not away with it. */
  afterMine() {
    const mine = this.list.querySelector("li:focus-within");
    if (!(mine instanceof HTMLElement) || mine.dataset.state !== "new") return null;
    const now = this.rows.get(idOf(mine))?.element.dataset.state;
    return now && now !== "new" ? this.firstOf(idsBelow(mine)) : null;
  }

  /** Of these rows the first that waits for somebody, else the first that stands. @param {string[]} ids */
  firstOf(ids) {
    const rows = ids.flatMap((id) => this.rows.get(id) || []);
    return rows.find(({ element }) => element.dataset.state === "new") || rows[0] || null;
  }

  /** What an alert is about, by its episode. @param {string} episode */
  titleOf(episode) {
    const rows = [...(this.known?.values() || []), ...this.ended.values()];
    const row = rows.find(({ id, facts }) => id === episode || facts.some((fact) => fact.id === episode));
    return row ? localized(row, "title") : "";
  }

  /** @param {number} count */
  more(count) {
    const item = el("li", "more"), n = Math.min(count, MORE_ROWS).toLocaleString();
    item.append(makeButton("plain", t("alerts.more", { n }), () => {
      this.most += MORE_ROWS;
      this.again();
    }));
    return item;
  }

  /** @param {Item} row @param {State} state @param {{lead: Api.Alert | undefined, rose: string}} more */
  row(row, state, { lead, rose }) {
    const li = el("li", "alert"), button = makeButton("row", null, () => this.acts.choose(row));
    const text = el("span", "text"), tags = el("span", "tags"), age = el("span", "age");
    li.dataset.severity = row.alert ? row.severity : "none";
    li.dataset.state = row.ended_ms ? "over" : state === "sent" ? "seen" : state;
    button.dataset.id = row.id;
    tags.append(el("b", "severity", t(row.alert ? "alert." + row.severity : "situation.information")));
    tags.append(el("span", "rule", rulesOf(row)), age);
    text.append(tags, el("b", "title", localized(row, "title")), el("span", "under", underOf(row, lead)));
    text.append(...linesOf(row, state, rose));
    button.append(alertMark(row.alert ? row.severity : "notice"), text);
    li.append(button);
    if (state === "new" && !row.ended_ms) li.append(this.ackButton(row));
    return { element: li, age };
  }

  /** @param {Api.Situation} row */
  ackButton(row) {
    const button = makeButton("button do-ack", t("ack.button"), () => {
      this.ask(row.id);
      this.acts.acknowledge([row]);
    });
    button.dataset.id = row.id;
    button.setAttribute("aria-label", t("ack.label", { title: localized(row, "title") }));
    return button;
  }

  showAges() {
    if (!this.picture || document.hidden) return;
    const now = this.clock.now();
    for (const { row: { ended_ms, since_ms }, age } of this.rows.values()) {
      const open = t("alert.for", { age: span(now - since_ms) });
      write(age, ended_ms ? t("alert.over", { time: minuteText(ended_ms) }) : open);
    }
    const hasGone = [...this.ended.values()].some((row) => this.isGone(row));
    const asleep = [...this.picture.rows.situation.values()].filter((row) => isAsleep(row, now)).length;
    if (this.acts.isSure() !== this.wasSure || hasGone || asleep !== this.asleep) this.again();
  }

  /** One row at a time is a stop of the Tab key: 500 rows are not 500 stops. @param {Element | null} stop */
  moveStop(stop) {
    const buttons = this.list.querySelectorAll("button");
    for (const button of buttons) button.tabIndex = stop?.contains(button) ? 0 : -1;
  }

  /** Takes the keyboard: to the first that waits, else to the first. */
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
    const shown = li?.querySelector(".do-ack") && this.rows.get(idOf(li));
    this.ask(shown?.row.id || "");
    if (shown) (isHurried ? this.acts.hurry : this.acts.acknowledge)([shown.row]);
  }

  /** A row is about to be acknowledged. What stands below it now comes next: the log may have moved it down
   * before its answer is here. @param {string} id "" none */
  ask(id) {
    const li = this.rows.get(id)?.element;
    this.asked = id;
    this.under = li ? idsBelow(li) : [];
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

  /** These were acknowledged; where it does not come back from the log their buttons do.
   * @param {string[]} ids */
  markSent(ids) {
    this.next = ids.includes(this.asked) && this.firstOf(this.under)?.row.id || "";
    for (const id of ids) this.sent.add(id);
    this.again();
    setTimeout(() => {
      for (const id of ids) this.sent.delete(id);
      this.again();
    }, SENT_MS);
  }

  /** The dialog is closed: the row it was opened from has gone down, and the next has the keyboard. */
  goOn() {
    const next = this.rows.get(this.next);
    Object.assign(this, { asked: "", under: [], next: "" });
    if (next) rowButton(next.element).focus({ preventScroll: true });
  }

  /** @param {Ui.Chosen | null} chosen */
  markChosen(chosen) {
    this.chosen = chosen;
    for (const { row, element } of this.rows.values()) {
      const isChosen = chosen?.kind === "situation" && chosen.id === row.id;
      markCurrent(rowButton(element), isChosen && !row.ended_ms);
    }
  }
}

/** @param {Element} li */
const rowButton = (li) => /** @type {HTMLElement} */ (li.children[0]);
/** @param {Element} li */
const idOf = (li) => rowButton(li).dataset.id || "";
/** The rows below one, by their ids. @param {Element} li */
function idsBelow(li) {
  const ids = [];
  for (let next = li.nextElementSibling; next; next = next.nextElementSibling) ids.push(idOf(next));
  return ids;
}

/** The alerts that have ended: they stand no more, and none of their facts has gone into another.
 * @param {Map<string, Api.Situation>} known @param {Map<string, Api.Situation>} standing */
export function overOf(known, standing) {
  const facts = new Set([...standing.values()].flatMap((row) => row.facts.map(({ id }) => id)));
  return [...known.values()].filter(({ id, alert, ...row }) =>
    alert && !standing.has(id) && !row.facts.some((fact) => facts.has(fact.id)));
}

/** The fact that a situation is called by: the gravest of those that ask, the first of equals.
 * @param {Api.Situation} row */
export function leadOf({ facts, severity, alert }) {
  return facts.find((fact) => fact.asks === alert && (!alert || fact.severity === severity)) || facts[0];
}

/** @param {Api.Situation} row */
const ruleOf = (row) => leadOf(row).rule;

/** What the rules call its facts, each once. @param {Api.Situation} row */
export function rulesOf({ facts }) {
  const names = [...new Set(facts.map(({ rule }) => wordOr("rule." + rule, rule)))];
  const more = names.length > MOST_RULES ? " …" : "";
  return names.slice(0, MOST_RULES).join(", ") + more;
}

/** Since when, what holds, who tells it. @param {Api.Situation} row @param {Api.Alert} [lead] */
function underOf(row, lead) {
  return [
    t("alert.since", { time: whenText(row.since_ms) }), lead ? alertWhat(lead) : "",
    row.sources.map(feedName).join(", "),
  ].filter(Boolean).join(" · ");
}

/** What was done with it. @param {Api.Situation} row @param {State} state @param {string} rose */
function linesOf({ acknowledged, assigned, snoozed_until_ms, snoozed_by }, state, rose) {
  const lines = [];
  if (acknowledged) {
    const { by, at_ms, comment } = acknowledged, said = comment ? ` · ${comment}` : "";
    lines.push(el("span", "ack", `✓ ${t("ack.by", { by, time: minuteText(at_ms) })}${said}`));
  }
  if (state === "sent") lines.push(el("span", "ack", t("ack.waits")));
  if (state === "asleep") {
    const time = minuteText(Number(snoozed_until_ms));
    lines.push(el("span", "ack", t("situation.asleep", { time, by: snoozed_by || "" })));
  }
  if (assigned) lines.push(el("span", "ack", t("situation.assigned", { to: assigned })));
  if (rose) lines.push(el("span", "rose", t("ack.rose", { severity: t("alert." + rose) })));
  return lines;
}
