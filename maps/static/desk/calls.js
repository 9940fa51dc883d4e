// Calls as events: one key logs a call at the place on the card; the list says whom to call back.
import { byId, el, makeButton, write } from "../dom.js";
import { minuteText } from "../times.js";
import { t } from "../words.js";
import { AskError, ask } from "./ask.js";
import { notice } from "./copy.js";
import { arrangeParts } from "./parts.js";

const EVERY_MS = 15_000;
const MOST_LINKS = 200;
const REFERENCE = /^[A-Za-z0-9-]{0,20}$/;

export class Calls {
  rows = /** @type {Desk.Call[]} */ ([]);
  /** Ticked off here; the server's list follows when the log has come round. @type {Set<string>} */
  gone = new Set();
  isSending = false;
  /** What the last press was about, and the id it was sent under. @type {{about: string, id: string} |
   * null} */
  tried = null;
  list = byId("calls");
  none = byId("calls-none");

  /** @param {{card: () => Desk.Card | null, isPast: () => boolean}} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    setInterval(() => this.poll(), EVERY_MS);
  }

  /** Logs a call at the place on the card; what links were closed goes with it, nothing of the caller. */
  async log() {
    const card = this.hooks.card(), field = document.getElementById("reference");
    if (this.hooks.isPast()) { notice(t("card.log_past"), "bad"); return; }
    if (!card || !(field instanceof HTMLInputElement)) { notice(t("card.nothing_to_log"), "bad"); return; }
    if (!REFERENCE.test(field.value.trim())) {
      field.focus();
      notice(t("card.reference.bad"), "bad");
      return;
    }
    if (this.isSending) return;
    this.isSending = true;
    await this.send(card, field);
    this.isSending = false;
  }

  /** @param {Desk.Card} card @param {HTMLInputElement} field */
  async send(card, field) {
    const ref = field.value.trim();
    try {
      await ask("/api/v1/calls", { post: callOf(card, ref, this.idOf(card, ref)) });
      this.tried = null;
      field.value = "";
      notice(t(ref ? "card.logged.ref" : "card.logged", { title: card.place.title, ref }));
      await this.poll();
    } catch (error) {
      noticeFailure(error);
    }
  }

  /** The id of a call: the same for a press that is repeated because the first one failed.
   * @param {Desk.Card} card @param {string} reference */
  idOf({ place }, reference) {
    const about = `${place.kind}:${place.id} ${reference}`;
    if (this.tried?.about !== about) this.tried = { about, id: newId() };
    return this.tried.id;
  }

  async poll() {
    if (document.hidden) return;
    try {
      const body = await ask("/api/v1/calls");
      this.rows = body.calls || [];
      this.show();
    } catch {
      write(this.none, t("calls.failed"));
      this.none.hidden = false;
    }
  }

  show() {
    this.rows = this.rows.filter((row) => !this.gone.has(row.id));
    this.rows.sort((a, b) => Number(Boolean(b.due)) - Number(Boolean(a.due)));
    arrangeParts(this.list, this.rows.map((row) => (
      { key: row.id, mark: { ...row, age_ms: 0 }, make: () => this.row(row) })));
    this.none.hidden = this.rows.length > 0;
    write(this.none, t("calls.none"));
    write(byId("calls-count"), String(this.rows.length));
  }

  /** @param {Desk.Call} row */
  row(row) {
    const li = el("li"), done = makeButton("done", t("calls.done"), () => this.finish(row.id));
    const under = `${row.reference || t("calls.no_reference")} · ${minuteText(row.received_ms)}`;
    done.dataset.key = "done-" + row.id;
    done.setAttribute("aria-label", `${t("calls.done")}: ${row.title} ${row.reference || ""}`);
    li.append(el("b", "title", row.title), el("span", "under", under), ...standing(row), done);
    return li;
  }

  /** The caller was called back. The keyboard goes to the next of the list. @param {string} id */
  async finish(id) {
    const at = this.rows.findIndex((row) => row.id === id);
    try {
      await ask(`/api/v1/calls/${encodeURIComponent(id)}/done`, { post: {} });
      this.gone.add(id);
      this.show();
      notice(t("calls.done.said"));
      this.doneButtons()[Math.min(at, this.rows.length - 1)]?.focus();
    } catch (error) {
      noticeFailure(error);
    }
  }

  /** @returns {NodeListOf<HTMLElement>} */
  doneButtons() { return this.list.querySelectorAll("button.done"); }

  focus() {
    const first = this.doneButtons()[0] || byId("calls-title");
    first.tabIndex = first.tabIndex < 0 ? -1 : 0;
    first.focus();
  }
}

/** @param {unknown} error */
function noticeFailure(error) {
  const why = error instanceof AskError && error.reason || t("banner.away");
  notice(t("card.log_failed", { why }), "bad");
}

/** Whether the caller can be told that it is open again; a call about an open road waits for nothing.
 * @param {Desk.Call} row */
function standing(row) {
  if (row.due) return [el("span", "due", t("calls.open"))];
  const isClosed = (row.closed || []).some(({ closure }) => closure !== "none");
  return isClosed ? [el("span", "wait", t("calls.waiting"))] : [];
}

/** What is sent. A press that has to be repeated bears the same id and counts once.
 * @param {Desk.Card} card @param {string} reference @param {string} call_id */
function callOf({ place, verdict }, reference, call_id) {
  const link_ids = (place.links || []).slice(0, MOST_LINKS);
  const closed = ["none", "unknown"].includes(verdict.closure) ? [] : link_ids;
  const { title, lon = null, lat = null } = place;
  return { title, link_ids, lon, lat, reference, closed, call_id };
}

/** 128 random bits; randomUUID is missing on the plain http address of an office. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
