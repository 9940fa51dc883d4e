// The two dialogs of the alerts: acknowledging one, and what became of the deliveries to each endpoint.
import { el, write } from "../dom.js";
import { clockText, span, t, wordOr } from "../words.js";
import { alertMark, alertTitle, ruleText, whenText } from "./alerts.js";
import { keep, kept } from "../kept.js";

const READ_EVERY_MS = 5000;

/** Asks for a name (kept on this computer) and a comment, and sends them. */
export class AckDialog {
  constructor(onSent) {
    this.onSent = onSent;
    this.dialog = document.getElementById("ack-dialog");
    for (const name of ["form", "what", "by", "comment", "said", "send", "cancel"]) this[name] = document.getElementById("ack-" + name);
    this.form.addEventListener("submit", (e) => { e.preventDefault(); this.send_(); });
    this.cancel.addEventListener("click", () => this.dialog.close());
  }

  open(alert) {
    this.alert = alert;
    this.what.replaceChildren(alertMark(alert.severity), el("span", "", `${t("alert." + alert.severity)} · ${ruleText(alert.rule)}`), el("b", "", alertTitle(alert)));
    this.by.value = kept("name") || "";
    this.comment.value = "";
    this.tell("");
    this.dialog.showModal();
    (this.by.value ? this.comment : this.by).focus();
  }

  /** Sends at once under the name kept here; asks where there is none, and where the server refuses. */
  async hurry(alert) {
    const by = kept("name");
    if (!by) return this.open(alert);
    const trouble = await post(alert, by, "");
    if (!trouble) return this.onSent(alert);
    this.open(alert);
    return this.tell(trouble);
  }

  tell(text) {
    this.said.textContent = text;
    this.said.hidden = !text;
  }

  async send_() {
    const by = this.by.value.trim(), { alert } = this;
    if (!by || this.send.disabled) return;
    keep("name", by);
    this.send.disabled = true;
    write(this.send, t("ack.sending"));
    const trouble = await post(alert, by, this.comment.value.trim());
    this.send.disabled = false;
    write(this.send, t("ack.send"));
    this.tell(trouble);
    if (trouble || this.alert !== alert) return;
    this.dialog.close();
    this.onSent(alert);
  }
}

/** Sends an acknowledgement; answers what went wrong, "" when nothing did. */
async function post(alert, by, comment) {
  try {
    const answer = await fetch(`/api/v1/alerts/${encodeURIComponent(alert.id)}/acknowledge`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ by, comment, severity: alert.severity }) });
    if (answer.ok) return "";
    if (answer.status === 404) return t("ack.gone");
    return (await answer.json()).error?.message || t("ack.failed");
  } catch {
    return t("ack.failed");
  }
}

/** The endpoints with their newest attempts, read again while the dialog is open. */
export class DeliveryLog {
  /** `titleOf` is what an episode is about, "" for one that is over. */
  constructor(clock, titleOf) {
    Object.assign(this, { clock, titleOf });
    this.dialog = document.getElementById("log-dialog");
    this.body = document.getElementById("log-body");
    document.getElementById("alerts-log").addEventListener("click", () => this.open());
    document.getElementById("undelivered").addEventListener("click", () => this.open());
    this.dialog.addEventListener("close", () => clearInterval(this.timer));
  }

  open() {
    if (this.dialog.open) return;
    this.body.replaceChildren(el("p", "none", t("log.loading")));
    this.mark = "";
    this.dialog.showModal();
    this.timer = setInterval(() => this.read(), READ_EVERY_MS);
    this.read();
  }

  async read() {
    try {
      const answer = await fetch("/api/v1/deliveries");
      if (!answer.ok) throw new Error(`deliveries: HTTP ${answer.status}`);
      this.show(await answer.json());
    } catch {
      this.mark = "";
      this.body.replaceChildren(el("p", "none", t("log.failed")));
    }
  }

  /** Draws only what is news: a reader's place and selection stay. */
  show({ endpoints, undelivered }) {
    const mark = JSON.stringify([endpoints, undelivered]) + document.documentElement.lang;
    if (mark === this.mark) return;
    this.mark = mark;
    const waits = new Map(undelivered.map((row) => [row.endpoint, row]));
    const parts = endpoints.map((row) => this.section(row, waits.get(row.endpoint)));
    if (waits.has("")) parts.unshift(el("p", "wait", t("log.stopped")));
    this.body.replaceChildren(...(parts.length ? parts : [el("p", "none", t("log.none"))]));
  }

  section(row, wait) {
    const part = el("details", "endpoint"), summary = el("summary"), [last] = row.attempts;
    part.open = Boolean(wait);
    summary.append(el("b", "", row.title));
    if (!row.is_enabled) summary.append(el("span", "off", t("log.off")));
    if (row.dead_letters) summary.append(el("span", "bad", t("log.dead", { n: row.dead_letters.toLocaleString() })));
    if (last) summary.append(el("span", isSent(last) ? "good" : "bad", `${answerOf(last)} · ${whenText(last.at_ms)}`));
    part.append(summary);
    if (wait) part.append(el("p", "wait", t("log.waits", { age: span(this.clock.now() - wait.since_ms), title: wait.title || "" })));
    part.append(row.attempts.length ? table(row, this.titleOf) : el("p", "note", t("log.attempts.none")));
    return part;
  }
}

/** The attempts of one endpoint, the newest first. */
function table(row, titleOf) {
  const sheet = el("table"), head = el("tr"), body = el("tbody"), top = el("thead");
  sheet.setAttribute("aria-label", t("log.table", { endpoint: row.title }));
  for (const name of ["at", "answer", "took", "alert"]) {
    const cell = el("th", name, t("log." + name));
    cell.scope = "col";
    head.append(cell);
  }
  for (const attempt of row.attempts) {
    const line = el("tr");
    line.append(el("td", "at", `${whenText(attempt.at_ms)}:${clockText(attempt.at_ms).slice(6)}`), el("td", isSent(attempt) ? "good" : "bad", answerOf(attempt)));
    line.append(el("td", "took", t("log.ms", { n: attempt.took_ms.toLocaleString() })), alertCell(attempt.id, titleOf(attempt.id.split(".")[0])));
    body.append(line);
  }
  top.append(head);
  sheet.append(top, body);
  return sheet;
}

function alertCell(id, title) {
  const cell = el("td", "alert", title);
  cell.append(el("small", "", id));
  return cell;
}

const isSent = (attempt) => attempt.status >= 200 && attempt.status < 300;

/** ✓ or ✗ with the status and the class of the error. */
function answerOf(attempt) {
  if (isSent(attempt)) return `✓ ${t("log.sent", { status: attempt.status })}`;
  const why = [attempt.status || "", attempt.error && wordOr("error." + attempt.error, attempt.error)].filter(Boolean).join(" ");
  return `✗ ${t("log.not_sent")}${why ? ` (${why})` : ""}`;
}

/** The sign that a critical alert reaches an endpoint no more. */
export class UndeliveredSign {
  constructor(clock) {
    Object.assign(this, { clock, rows: [] });
    this.element = document.getElementById("undelivered");
    setInterval(() => this.speak(), 1000);
  }

  show(rows) {
    if (!rows) return;
    this.rows = rows;
    this.element.hidden = rows.length === 0;
    document.getElementById("alerts-sum").dataset.undelivered = rows.length ? "1" : "0";
    this.speak();
  }

  speak() {
    const [first, ...more] = this.rows;
    if (!first) return;
    const age = span(this.clock.now() - first.since_ms), isStopped = !first.endpoint;
    const where = isStopped ? first.since_ms && t("undelivered.since", { age }) || "" : t("undelivered.where", { endpoint: first.endpoint_title, age });
    write(document.getElementById("undelivered-word"), t(isStopped ? "undelivered.stopped" : "undelivered"));
    write(document.getElementById("undelivered-where"), more.length ? `${where} ${t("undelivered.more", { n: more.length })}` : where);
  }
}
