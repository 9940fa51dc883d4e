// The two dialogs of the alerts: acknowledging one, and what became of the deliveries to each endpoint.
import { getJson } from "../get.js";
import { byId, el, showText, write } from "../dom.js";
import { keep } from "../kept.js";
import { account, actor } from "../session.js";
import { clockText, whenText } from "../times.js";
import { span, t, wordOr } from "../words.js";
import { alertMark, alertTitle, holdsText } from "./kinds/alert.js";

const READ_EVERY_MS = 5000;

/** Asks for a name (kept on this computer), a comment and whether it is true, and sends them. */
export class AckDialog {
  dialog = byId("ack-dialog", HTMLDialogElement);
  by = byId("ack-by", HTMLInputElement);
  comment = byId("ack-comment", HTMLInputElement);
  verdict = byId("ack-verdict", HTMLSelectElement);
  button = byId("ack-send", HTMLButtonElement);
  trouble = byId("ack-said");
  alert = /** @type {Api.Alert | null} */ (null);

  /** @param {(alert: Api.Alert) => void} onSent */
  constructor(onSent) {
    this.onSent = onSent;
    byId("ack-form").addEventListener("submit", (e) => { e.preventDefault(); this.send(); });
    byId("ack-cancel").addEventListener("click", () => this.dialog.close());
  }

  /** @param {Api.Alert} alert */
  open(alert) {
    this.alert = alert;
    byId("ack-what").replaceChildren(
      alertMark(alert.severity), el("span", "", `${t("alert." + alert.severity)} · ${holdsText(alert)}`),
      el("b", "", alertTitle(alert)),
    );
    this.by.value = actor();
    this.by.readOnly = account() !== "";
    this.comment.value = this.verdict.value = "";
    showText(this.trouble, "");
    this.dialog.showModal();
    (this.by.value ? this.comment : this.by).focus();
  }

  async send() {
    const by = this.by.value.trim(), { alert } = this;
    if (!by || !alert || this.button.disabled) return;
    if (!account()) keep("name", by);
    this.button.disabled = true;
    write(this.button, t("ack.sending"));
    const comment = this.comment.value.trim(), verdict = this.verdict.value || null;
    const trouble = await post(alert, { by, comment, verdict });
    this.button.disabled = false;
    write(this.button, t("ack.send"));
    showText(this.trouble, trouble);
    if (trouble || this.alert !== alert) return;
    this.dialog.close();
    this.onSent(alert);
  }
}

/** Sends an acknowledgement; answers what went wrong, "" when nothing did.
 * @param {Api.Alert} alert @param {{by: string, comment: string, verdict?: string | null}} said */
async function post(alert, said) {
  try {
    const answer = await fetch(`/api/v1/alerts/${encodeURIComponent(alert.id)}/acknowledge`, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...said, severity: alert.severity }),
    });
    if (answer.ok) return "";
    if (answer.status === 404) return t("ack.gone");
    return (await answer.json()).error?.message || t("ack.failed");
  } catch {
    return t("ack.failed");
  }
}

/** The endpoints with their newest attempts, read again while the dialog is open. */
export class DeliveryLog {
  dialog = byId("log-dialog", HTMLDialogElement);
  body = byId("log-body");
  shown = "";
  timer = 0;

  /** @param {Ui.Clock} clock @param {(episode: string) => string} titleOf what it is about, "" once it is
   * over */
  constructor(clock, titleOf) {
    this.clock = clock;
    this.titleOf = titleOf;
    byId("alerts-log").addEventListener("click", () => this.open());
    byId("undelivered").addEventListener("click", () => this.open());
    this.dialog.addEventListener("close", () => clearInterval(this.timer));
  }

  open() {
    if (this.dialog.open) return;
    this.replace("log.loading");
    this.dialog.showModal();
    this.timer = setInterval(() => this.read(), READ_EVERY_MS);
    this.read();
  }

  /** @param {string} key of the words in place of the log */
  replace(key) {
    this.shown = "";
    this.body.replaceChildren(el("p", "none", t(key)));
  }

  async read() {
    try {
      this.show(await getJson("/api/v1/deliveries"));
    } catch {
      this.replace("log.failed");
    }
  }

  /** Draws only what is news: a reader's place and selection stay. @param {Api.Deliveries} body */
  show({ endpoints, undelivered }) {
    const shown = JSON.stringify([endpoints, undelivered]) + document.documentElement.lang;
    if (shown === this.shown) return;
    const waits = new Map(undelivered.map((row) => [row.endpoint, row]));
    /** @type {HTMLElement[]} */
    const parts = endpoints.map((row) => this.section(row, waits.get(row.endpoint)));
    if (waits.has("")) parts.unshift(el("p", "wait", t("log.stopped")));
    this.body.replaceChildren(...(parts.length ? parts : [el("p", "none", t("log.none"))]));
    this.shown = shown;
  }

  /** @param {Api.Endpoint} row @param {Api.Undelivered | undefined} wait */
  section(row, wait) {
    const part = el("details", "endpoint");
    part.open = wait !== undefined;
    part.append(summary(row));
    if (wait) {
      const age = span(this.clock.now() - wait.since_ms);
      part.append(el("p", "wait", t("log.waits", { age, title: wait.title || "" })));
    }
    part.append(row.attempts.length ? table(row, this.titleOf) : el("p", "note", t("log.attempts.none")));
    return part;
  }
}

/** @param {Api.Endpoint} row */
function summary({ title, is_enabled, dead_letters, attempts: [last] }) {
  const line = el("summary");
  line.append(el("b", "", title));
  if (!is_enabled) line.append(el("span", "off", t("log.off")));
  if (dead_letters) line.append(el("span", "bad", t("log.dead", { n: dead_letters.toLocaleString() })));
  const text = last ? `${answerOf(last)} · ${whenText(last.at_ms)}` : "";
  if (text) line.append(el("span", isSent(last) ? "good" : "bad", text));
  return line;
}

/** The attempts of one endpoint, the newest first. @param {Api.Endpoint} row
 * @param {(episode: string) => string} titleOf */
function table(row, titleOf) {
  const sheet = el("table"), head = el("tr"), body = el("tbody"), top = el("thead");
  sheet.setAttribute("aria-label", t("log.table", { endpoint: row.title }));
  for (const name of ["at", "answer", "took", "alert"]) {
    const cell = el("th", name, t("log." + name));
    cell.scope = "col";
    head.append(cell);
  }
  for (const attempt of row.attempts) {
    const line = el("tr"), about = el("td", "alert", titleOf(attempt.id.split(".")[0]));
    about.append(el("small", "", attempt.id));
    line.append(
      el("td", "at", `${whenText(attempt.at_ms)}:${clockText(attempt.at_ms).slice(6)}`),
      el("td", isSent(attempt) ? "good" : "bad", answerOf(attempt)),
      el("td", "took", t("log.ms", { n: attempt.took_ms.toLocaleString() })), about,
    );
    body.append(line);
  }
  top.append(head);
  sheet.append(top, body);
  return sheet;
}

/** @param {Api.Attempt} attempt */
const isSent = ({ status }) => status >= 200 && status < 300;

/** ✓ or ✗ with the status and the class of the error. @param {Api.Attempt} attempt */
function answerOf(attempt) {
  if (isSent(attempt)) return `✓ ${t("log.sent", { status: attempt.status })}`;
  const { status, error } = attempt;
  const why = [status || "", error && wordOr("error." + error, error)].filter(Boolean).join(" ");
  return `✗ ${t("log.not_sent")}${why ? ` (${why})` : ""}`;
}

/** The sign that a critical alert reaches an endpoint no more. */
export class UndeliveredSign {
  element = byId("undelivered");
  rows = /** @type {Api.Undelivered[]} */ ([]);

  /** @param {Ui.Clock} clock */
  constructor(clock) {
    this.clock = clock;
    setInterval(() => this.write(), 1000);
  }

  /** @param {Api.Undelivered[]} rows */
  show(rows) {
    this.rows = rows;
    this.element.hidden = rows.length === 0;
    byId("alerts-sum").dataset.undelivered = rows.length ? "1" : "0";
    this.write();
  }

  write() {
    const [first, ...more] = this.rows;
    if (!first) return;
    const { endpoint, endpoint_title: title, since_ms } = first, age = span(this.clock.now() - since_ms);
    const stopped = since_ms ? t("undelivered.since", { age }) : "";
    const where = endpoint ? t("undelivered.where", { endpoint: title, age }) : stopped;
    const others = more.length ? " " + t("undelivered.more", { n: more.length }) : "";
    write(byId("undelivered-word"), t(endpoint ? "undelivered" : "undelivered.stopped"));
    write(byId("undelivered-where"), where + others);
  }
}
