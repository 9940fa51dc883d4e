// The box a clerk types into while the caller speaks: a combobox over /api/v1/answer.
import { Combobox } from "../combobox.js";
import { byId, el, write } from "../dom.js";
import { t } from "../words.js";
import { AskError, ask } from "./ask.js";
import { verdictTag } from "./parts.js";

const WAIT_MS = 120;

export class Box extends Combobox {
  note = byId("found-note");
  candidates = /** @type {Desk.Candidate[]} */ ([]);
  status = "first";
  q = ""; // what the candidates are of

  /** @param {Ui.BoxHooks} hooks */
  constructor(hooks) {
    super(byId("box", HTMLInputElement), byId("found"));
    this.hooks = hooks;
    this.input.addEventListener("input", () => this.wait());
  }

  /** Waits until the typing pauses; an older question is given up at once. */
  wait() {
    document.documentElement.dataset.opened = "";
    this.begin();
    this.timer = setTimeout(() => this.find(), WAIT_MS);
  }

  /** Asks for what the box holds; `isOpening`: Enter was pressed, so a sure first place is opened. */
  async find(isOpening = false) {
    const signal = this.begin(), q = this.input.value.trim();
    if (!q) { this.clear(); return; }
    try {
      const body = await ask("/api/v1/answer", { query: { q, ...this.hooks.query() }, signal });
      this.take(q, body, isOpening);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  /** @param {string} q @param {Desk.Answer} body @param {boolean} isOpening */
  take(q, body, isOpening) {
    this.show(q, body);
    if (isOpening && body.status === "choose" && this.candidates.length) { this.openAt(0); return; }
    if (body.card) this.markPlace(placeOf(body.card.place));
    this.hooks.answer(body, isOpening);
  }

  /** @param {unknown} error */
  fail(error) {
    const isAway = error instanceof AskError && error.what === "away";
    this.show("", { status: isAway ? "failed" : "failing" });
    this.hooks.failed(error);
  }

  clear() {
    this.show("", { status: "first" });
    this.hooks.cleared();
  }

  /** Shows what was found; a place that is marked stays so where the same text finds it again.
   * @param {string} q @param {{status: string, candidates?: Desk.Candidate[]}} body */
  show(q, { status, candidates = [] }) {
    const before = q === this.q ? this.candidates[this.at] : undefined;
    this.q = q;
    this.status = status || "first";
    this.candidates = candidates;
    this.put(candidates.map(optionOf), (k) => this.openAt(k));
    if (before) this.markPlace(placeOf(before));
    const key = noteKey(this.status, candidates.length);
    write(this.note, key && t(key, { q, n: candidates.length }));
    this.note.classList.toggle("is-missing", status === "not_found");
    byId("examples").hidden = this.status !== "first";
  }

  /** @param {string} place */
  markPlace(place) { this.mark(this.candidates.findIndex((candidate) => placeOf(candidate) === place)); }

  /** Opens the place marked; else the first, but never a mere neighbour of what was not found. */
  enter() {
    const isCurrent = this.q !== "" && this.q === this.input.value.trim();
    if (isCurrent && this.at >= 0) this.openAt(this.at);
    else if (isCurrent && this.status !== "not_found" && this.candidates.length) this.openAt(0);
    else this.find(true);
  }

  /** @param {number} k */
  openAt(k) {
    const candidate = this.candidates[k];
    if (!candidate) return;
    this.mark(k);
    this.ask(placeOf(candidate));
  }

  /** Opens a place by its name, `kind:id`. @param {string} id */
  async ask(id) {
    const signal = this.begin();
    try {
      const body = await ask("/api/v1/answer", { query: { q: this.q, id, ...this.hooks.query() }, signal });
      this.hooks.answer(body, true);
    } catch (error) {
      if (!signal.aborted) this.hooks.failed(error, id);
    }
  }
}

/** @param {{kind: string, id: string}} place */
const placeOf = ({ kind, id }) => `${kind}:${id}`;

/** The words for how many places were found, "" for none. @param {string} status @param {number} n */
function noteKey(status, n) {
  if (status === "first") return "";
  if (status === "failed" || status === "failing") return "found." + status;
  if (status === "not_found") return n ? "found.none" : "found.nothing";
  return status === "answer" && n === 1 ? "found.one" : "found.count";
}

/** @param {Desk.Candidate} candidate */
function optionOf(candidate) {
  const li = el("li"), text = el("span", "text");
  li.dataset.place = placeOf(candidate);
  text.append(el("b", "title", candidate.title), el("span", "under", candidate.subtitle || ""));
  li.append(el("span", "kind", t("kind." + candidate.kind)), text, verdictTag(candidate.verdict));
  return li;
}
