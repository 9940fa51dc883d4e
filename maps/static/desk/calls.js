// Calls as events: one key logs a call at the place on the card; the list says whom to call back.
import { el, write } from "../dom.js";
import { clockText, t } from "../words.js";
import { ask } from "./ask.js";
import { notice } from "./copy.js";
import { arrangeParts } from "./parts.js";

const EVERY_MS = 15000;
const MOST_LINKS = 200;
const REFERENCE = /^[A-Za-z0-9-]{0,20}$/;

export class Calls {
  /** `hooks`: card() on the screen, isPast(). */
  constructor(hooks) {
    this.hooks = hooks;
    this.list = document.getElementById("calls");
    this.none = document.getElementById("calls-none");
    this.rows = [];
    this.gone = new Set(); // ticked off here; the server's list follows when the log has come round
    this.isSending = false;
    setInterval(() => this.poll(), EVERY_MS);
  }

  /** Logs a call at the place on the card; what links were closed goes with it, nothing of the caller. */
  async log() {
    const card = this.hooks.card();
    if (this.hooks.isPast()) return notice(t("card.log_past"), "bad");
    if (!card) return notice(t("card.nothing_to_log"), "bad");
    const field = document.getElementById("reference"), reference = field ? field.value.trim() : "";
    if (!REFERENCE.test(reference)) { field.focus(); return notice(t("card.reference.bad"), "bad"); }
    if (this.isSending) return undefined;
    this.isSending = true;
    try {
      await ask("/api/v1/calls", { post: callOf(card, reference, this.idOf(card, reference)) });
      this.tried = null;
      if (field) field.value = "";
      notice(t(reference ? "card.logged.ref" : "card.logged", { title: card.place.title, ref: reference }));
      await this.poll();
    } catch (error) {
      notice(t("card.log_failed", { why: error.said || t("banner.away") }), "bad");
    } finally {
      this.isSending = false;
    }
    return undefined;
  }

  /** The id of a call: the same for a press that is repeated because the first one failed. */
  idOf(card, reference) {
    const about = `${card.place.kind}:${card.place.id} ${reference}`;
    if (!this.tried || this.tried.about !== about) this.tried = { about, id: newId() };
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
    this.rows = this.rows.filter((row) => !this.gone.has(row.id)).sort((a, b) => Number(Boolean(b.due)) - Number(Boolean(a.due)));
    arrangeParts(this.list, this.rows.map((row) => ({ key: row.id, mark: { ...row, age_ms: 0 }, make: () => this.row(row) })));
    this.none.hidden = this.rows.length > 0;
    write(this.none, t("calls.none"));
    write(document.getElementById("calls-count"), String(this.rows.length));
  }

  row(row) {
    const li = el("li"), done = el("button", "done", t("calls.done"));
    const under = [row.reference || t("calls.no_reference"), clockText(row.received_ms).slice(0, 5)].join(" · ");
    done.type = "button";
    done.dataset.key = "done-" + row.id;
    done.setAttribute("aria-label", `${t("calls.done")}: ${row.title} ${row.reference || ""}`);
    done.addEventListener("click", () => this.finish(row.id));
    li.append(el("b", "title", row.title), el("span", "under", under), ...standing(row), done);
    return li;
  }

  /** The caller was called back. The keyboard goes to the next of the list. */
  async finish(id) {
    const at = this.rows.findIndex((row) => row.id === id);
    try {
      await ask(`/api/v1/calls/${encodeURIComponent(id)}/done`, { post: {} });
      this.gone.add(id);
      this.show();
      notice(t("calls.done.said"));
      const next = this.list.querySelectorAll("button.done")[Math.min(at, this.rows.length - 1)];
      if (next) next.focus();
    } catch (error) {
      notice(t("card.log_failed", { why: error.said || t("banner.away") }), "bad");
    }
  }

  focus() {
    const first = this.list.querySelector("button.done") || document.getElementById("calls-title");
    first.tabIndex = first.tabIndex < 0 ? -1 : 0;
    first.focus();
  }
}

/** Whether the caller can be told that it is open again; a call about an open road waits for nothing. */
function standing(row) {
  if (row.due) return [el("span", "due", t("calls.open"))];
  return (row.closed || []).some((link) => link.closure !== "none") ? [el("span", "wait", t("calls.waiting"))] : [];
}

/** What is sent. A press that has to be repeated bears the same id and counts once. */
function callOf(card, reference, call_id) {
  const { place, verdict } = card, links = place.links || [];
  const isClosed = !["none", "unknown"].includes(verdict.closure);
  return { title: place.title, link_ids: links.slice(0, MOST_LINKS), lon: place.lon ?? null, lat: place.lat ?? null, reference, closed: isClosed ? links.slice(0, MOST_LINKS) : [], call_id };
}

/** 128 random bits; randomUUID is missing on the plain http address of an office. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
