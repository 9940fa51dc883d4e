// The box a clerk types into while the caller speaks: a combobox over /api/v1/answer.
import { el, write } from "../dom.js";
import { t } from "../words.js";
import { ask } from "./ask.js";
import { verdictTag } from "./parts.js";

const WAIT_MS = 120;

export class Box {
  /** `hooks`: query() of the time looked at, answer(body, isOpened), failed(error, id of the place asked for, if one was). */
  constructor(hooks) {
    this.hooks = hooks;
    this.input = document.getElementById("box");
    this.list = document.getElementById("found");
    this.note = document.getElementById("found-note");
    this.candidates = [];
    this.at = -1;
    this.q = ""; // what the candidates are of
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("keydown", (e) => this.onKey(e));
    this.list.addEventListener("mousedown", (e) => e.preventDefault());
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** Waits until the typing pauses; an older question is given up at once. */
  wait() {
    clearTimeout(this.timer);
    document.documentElement.dataset.opened = "";
    if (this.asking) this.asking.abort();
    this.timer = setTimeout(() => this.find(), WAIT_MS);
  }

  /** Asks what the box says; `isOpening`: Enter was pressed, so a sure first place is opened. */
  async find(isOpening = false) {
    clearTimeout(this.timer);
    if (this.asking) this.asking.abort();
    const q = this.input.value.trim();
    if (!q) return this.clear();
    const asking = this.asking = new AbortController();
    try {
      const body = await ask("/api/v1/answer", { query: { q, ...this.hooks.query() }, signal: asking.signal });
      this.show(q, body);
      if (isOpening && body.status === "choose" && this.candidates.length) return this.open(0);
      if (body.card) this.mark(this.candidates.findIndex(({ kind, id }) => kind === body.card.place.kind && id === body.card.place.id));
      this.hooks.answer(body, isOpening);
    } catch (error) {
      if (!asking.signal.aborted) this.fail(error);
    }
    return undefined;
  }

  fail(error) {
    this.show("", { status: error.what === "away" ? "failed" : "failing", candidates: [] });
    this.hooks.failed(error);
  }

  clear() {
    this.show("", { status: "first", candidates: [] });
    this.hooks.cleared();
  }

  /** Shows what was found; a place that is marked stays so where the same text finds it again. */
  show(q, { status, candidates }) {
    const marked = q === this.q && this.candidates[this.at] ? placeOf(this.candidates[this.at]) : "";
    Object.assign(this, { q, status: status || "first", candidates: candidates || [], at: -1 });
    this.list.replaceChildren(...this.candidates.map((candidate, k) => this.option(candidate, k)));
    this.list.hidden = !this.candidates.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
    if (marked) this.mark(this.candidates.findIndex((candidate) => placeOf(candidate) === marked));
    this.speak();
    document.getElementById("examples").hidden = this.status !== "first";
  }

  /** Says how many were found; again when the language changes. */
  speak() {
    const n = this.candidates.length, { q, status } = this;
    const key = status === "first" ? "" : ["failed", "failing"].includes(status) ? "found." + status
      : status === "not_found" ? (n ? "found.none" : "found.nothing") : status === "answer" && n === 1 ? "found.one" : "found.count";
    write(this.note, key ? t(key, { q, n }) : "");
    this.note.classList.toggle("is-missing", status === "not_found");
  }

  option(candidate, k) {
    const li = el("li"), text = el("span", "text");
    li.id = "found-" + k;
    li.dataset.place = placeOf(candidate);
    li.setAttribute("role", "option");
    li.setAttribute("aria-selected", "false");
    text.append(el("b", "title", candidate.title), el("span", "under", candidate.subtitle || ""));
    li.append(el("span", "kind", t("kind." + candidate.kind)), text, verdictTag(candidate.verdict));
    li.addEventListener("click", () => this.open(k));
    return li;
  }

  onKey(e) {
    if (e.isComposing || e.keyCode === 229) return; // the Enter that ends a syllable is not ours
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (steps[e.key] && !e.altKey) this.move(steps[e.key]);
    else if (e.key === "Enter") this.enter();
    else return;
    e.preventDefault();
  }

  move(step) {
    const n = this.candidates.length;
    if (!n) return;
    this.mark(this.at < 0 && step < 0 ? n - 1 : (this.at + step + n) % n);
  }

  mark(k) {
    this.at = k;
    [...this.list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === k)));
    const chosen = this.list.children[k];
    if (!chosen) return this.input.removeAttribute("aria-activedescendant");
    chosen.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", chosen.id);
    return undefined;
  }

  /** Opens the place marked; else the first, but never a mere neighbour of what was not found. */
  enter() {
    const isCurrent = this.q !== "" && this.q === this.input.value.trim();
    if (isCurrent && this.at >= 0) return this.open(this.at);
    if (isCurrent && this.status !== "not_found" && this.candidates.length) return this.open(0);
    return this.find(true);
  }

  async open(k) {
    const candidate = this.candidates[k];
    if (!candidate) return;
    this.mark(k);
    await this.ask(placeOf(candidate));
  }

  /** Opens a place by its name, `kind:id`. */
  async ask(id) {
    clearTimeout(this.timer);
    if (this.asking) this.asking.abort();
    const asking = this.asking = new AbortController();
    try {
      const body = await ask("/api/v1/answer", { query: { q: this.q, id, ...this.hooks.query() }, signal: asking.signal });
      this.hooks.answer(body, true);
    } catch (error) {
      if (!asking.signal.aborted) this.hooks.failed(error, id);
    }
  }
}

const placeOf = ({ kind, id }) => `${kind}:${id}`;
