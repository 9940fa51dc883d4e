// The two dialogs of the alerts: acknowledging one, and what became of the deliveries to each endpoint.
(function () {
  "use strict";
  const Bomnae = window.Bomnae = window.Bomnae || {};
  const READ_EVERY_MS = 5000;

  /** Asks for a name (kept on this computer) and a comment, and sends them. */
  class AckDialog {
    constructor(onSent) {
      this.onSent = onSent;
      this.dialog = document.getElementById("ack-dialog");
      for (const name of ["form", "what", "by", "comment", "said", "send", "cancel"]) this[name] = document.getElementById("ack-" + name);
      this.form.addEventListener("submit", (e) => { e.preventDefault(); this.send_(); });
      this.cancel.addEventListener("click", () => this.dialog.close());
    }

    open(alert) {
      this.alert = alert;
      this.what.replaceChildren(Bomnae.alertMark(alert.severity), Bomnae.el("span", "", `${Bomnae.t("alert." + alert.severity)} · ${Bomnae.ruleText(alert.rule)}`), Bomnae.el("b", "", Bomnae.alertTitle(alert)));
      this.by.value = Bomnae.kept("name") || "";
      this.comment.value = "";
      this.tell("");
      this.dialog.showModal();
      (this.by.value ? this.comment : this.by).focus();
    }

    /** Sends at once under the name kept here; asks where there is none, and where the server refuses. */
    async hurry(alert) {
      const by = Bomnae.kept("name");
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
      Bomnae.keep("name", by);
      this.send.disabled = true;
      Bomnae.write(this.send, Bomnae.t("ack.sending"));
      const trouble = await post(alert, by, this.comment.value.trim());
      this.send.disabled = false;
      Bomnae.write(this.send, Bomnae.t("ack.send"));
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
      if (answer.status === 404) return Bomnae.t("ack.gone");
      return (await answer.json()).error?.message || Bomnae.t("ack.failed");
    } catch {
      return Bomnae.t("ack.failed");
    }
  }

  /** The endpoints with their newest attempts, read again while the dialog is open. */
  class DeliveryLog {
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
      this.body.replaceChildren(Bomnae.el("p", "none", Bomnae.t("log.loading")));
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
        this.body.replaceChildren(Bomnae.el("p", "none", Bomnae.t("log.failed")));
      }
    }

    /** Draws only what is news: a reader's place and selection stay. */
    show({ endpoints, undelivered }) {
      const mark = JSON.stringify([endpoints, undelivered]) + document.documentElement.lang;
      if (mark === this.mark) return;
      this.mark = mark;
      const waits = new Map(undelivered.map((row) => [row.endpoint, row]));
      const parts = endpoints.map((row) => this.section(row, waits.get(row.endpoint)));
      if (waits.has("")) parts.unshift(Bomnae.el("p", "wait", Bomnae.t("log.stopped")));
      this.body.replaceChildren(...(parts.length ? parts : [Bomnae.el("p", "none", Bomnae.t("log.none"))]));
    }

    section(row, wait) {
      const part = Bomnae.el("details", "endpoint"), summary = Bomnae.el("summary"), [last] = row.attempts;
      part.open = Boolean(wait);
      summary.append(Bomnae.el("b", "", row.title));
      if (!row.is_enabled) summary.append(Bomnae.el("span", "off", Bomnae.t("log.off")));
      if (row.dead_letters) summary.append(Bomnae.el("span", "bad", Bomnae.t("log.dead", { n: row.dead_letters.toLocaleString() })));
      if (last) summary.append(Bomnae.el("span", isSent(last) ? "good" : "bad", `${answerOf(last)} · ${Bomnae.whenText(last.at_ms)}`));
      part.append(summary);
      if (wait) part.append(Bomnae.el("p", "wait", Bomnae.t("log.waits", { age: Bomnae.span(this.clock.now() - wait.since_ms), title: wait.title || "" })));
      part.append(row.attempts.length ? table(row, this.titleOf) : Bomnae.el("p", "note", Bomnae.t("log.attempts.none")));
      return part;
    }
  }

  /** The attempts of one endpoint, the newest first. */
  function table(row, titleOf) {
    const table = Bomnae.el("table"), head = Bomnae.el("tr"), body = Bomnae.el("tbody"), top = Bomnae.el("thead");
    table.setAttribute("aria-label", Bomnae.t("log.table", { endpoint: row.title }));
    for (const name of ["at", "answer", "took", "alert"]) {
      const cell = Bomnae.el("th", name, Bomnae.t("log." + name));
      cell.scope = "col";
      head.append(cell);
    }
    for (const attempt of row.attempts) {
      const line = Bomnae.el("tr");
      line.append(Bomnae.el("td", "at", `${Bomnae.whenText(attempt.at_ms)}:${Bomnae.clockText(attempt.at_ms).slice(6)}`), Bomnae.el("td", isSent(attempt) ? "good" : "bad", answerOf(attempt)));
      line.append(Bomnae.el("td", "took", Bomnae.t("log.ms", { n: attempt.took_ms.toLocaleString() })), alertCell(attempt.id, titleOf(attempt.id.split(".")[0])));
      body.append(line);
    }
    top.append(head);
    table.append(top, body);
    return table;
  }

  function alertCell(id, title) {
    const cell = Bomnae.el("td", "alert", title);
    cell.append(Bomnae.el("small", "", id));
    return cell;
  }

  const isSent = (attempt) => attempt.status >= 200 && attempt.status < 300;

  /** ✓ or ✗ with the status and the class of the error. */
  function answerOf(attempt) {
    if (isSent(attempt)) return `✓ ${Bomnae.t("log.sent", { status: attempt.status })}`;
    const why = [attempt.status || "", attempt.error && Bomnae.wordOr("error." + attempt.error, attempt.error)].filter(Boolean).join(" ");
    return `✗ ${Bomnae.t("log.not_sent")}${why ? ` (${why})` : ""}`;
  }

  /** The sign that a critical alert reaches an endpoint no more. */
  class UndeliveredSign {
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
      const age = Bomnae.span(this.clock.now() - first.since_ms), isStopped = !first.endpoint;
      const where = isStopped ? first.since_ms && Bomnae.t("undelivered.since", { age }) || "" : Bomnae.t("undelivered.where", { endpoint: first.endpoint_title, age });
      Bomnae.write(document.getElementById("undelivered-word"), Bomnae.t(isStopped ? "undelivered.stopped" : "undelivered"));
      Bomnae.write(document.getElementById("undelivered-where"), more.length ? `${where} ${Bomnae.t("undelivered.more", { n: more.length })}` : where);
    }
  }

  Object.assign(Bomnae, { AckDialog, DeliveryLog, UndeliveredSign });
})();
