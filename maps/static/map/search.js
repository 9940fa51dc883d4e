// The search box: a combobox over /api/v1/search, initial consonants included.
import { byId, el, isComposing, write } from "../dom.js";
import { t, wordOr } from "../words.js";

const WAIT_MS = 120;

export class Search {
  box = byId("search-box", HTMLInputElement);
  list = byId("search-list");
  note = byId("search-note");
  results = /** @type {Api.Found[]} */ ([]);
  at = -1;
  timer = 0;
  found = "";
  isEnterWaiting = false;
  asking = /** @type {AbortController | null} */ (null);

  /** @param {(result: Api.Found) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.box.addEventListener("input", () => this.ask());
    this.box.addEventListener("focus", () => { if (this.results.length) this.open(true); });
    this.box.addEventListener("blur", () => setTimeout(() => this.open(false), 150));
    this.box.addEventListener("keydown", (e) => this.onKey(e));
    this.list.addEventListener("mousedown", (e) => e.preventDefault());
  }

  focus() {
    this.box.focus();
    this.box.select();
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(this.box.value.trim()), WAIT_MS);
  }

  /** @param {string} q */
  async find(q) {
    this.asking?.abort();
    if (!q) { this.show([], ""); return; }
    const asking = this.asking = new AbortController();
    try {
      const answer = await fetch("/api/v1/search?q=" + encodeURIComponent(q), { signal: asking.signal });
      if (!answer.ok) throw new Error(`search: HTTP ${answer.status}`);
      const { results } = await answer.json(), n = results.length;
      this.show(results, n ? t("search.count", { n }) : t("search.nothing", { q }));
      this.found = q;
      if (this.isEnterWaiting) this.choose(0);
    } catch {
      if (!asking.signal.aborted) this.show([], t("search.failed"));
    }
  }

  /** Writes what was found again, in another language. */
  translate() { this.list.replaceChildren(...this.results.map((result, k) => this.option(result, k))); }

  /** @param {Api.Found[]} results @param {string} note */
  show(results, note) {
    this.results = results;
    this.at = -1;
    this.translate();
    this.open(results.length > 0);
    write(this.note, note);
    this.note.hidden = !note;
    this.note.classList.toggle("quiet", results.length > 0);
    this.box.removeAttribute("aria-activedescendant");
  }

  /** @param {Api.Found} result @param {number} k */
  option(result, k) {
    const li = el("li");
    li.id = "found-" + k;
    li.setAttribute("role", "option");
    li.setAttribute("aria-selected", "false");
    li.append(
      el("span", "kind", t("kind." + result.kind)), el("b", "", result.title),
      el("span", "under", underOf(result)),
    );
    li.addEventListener("click", () => this.choose(k));
    return li;
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.list.hidden = !isOpen;
    this.box.setAttribute("aria-expanded", String(isOpen));
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    if (isComposing(e)) return;
    if (e.key === "ArrowDown") this.move(1);
    else if (e.key === "ArrowUp") this.move(-1);
    else if (e.key === "Enter") this.enter();
    else if (e.key === "Escape") this.escape(e);
    else return;
    e.preventDefault();
  }

  /** @param {KeyboardEvent} e */
  escape(e) {
    e.stopPropagation();
    if (this.box.value || !this.list.hidden) {
      this.box.value = "";
      this.show([], "");
    } else this.box.blur();
  }

  /** Enter before the answer came takes the first result when it comes. */
  async enter() {
    const q = this.box.value.trim();
    if (this.results.length && this.found === q) { this.choose(Math.max(0, this.at)); return; }
    this.isEnterWaiting = true;
    clearTimeout(this.timer);
    await this.find(q);
    this.isEnterWaiting = false;
  }

  /** @param {number} step */
  move(step) {
    if (!this.results.length) return;
    this.open(true);
    this.at = (this.at + step + this.results.length) % this.results.length;
    [...this.list.children].forEach((li, k) => li.setAttribute("aria-selected", String(k === this.at)));
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", "found-" + this.at);
  }

  /** @param {number} k */
  choose(k) {
    const result = this.results[k];
    if (!result) return;
    this.open(false);
    this.onChoose(result);
  }
}

/** The line under a result in the language chosen; names and numbers stay as the city writes them.
 * @param {Api.Found} result */
function underOf({ kind, links, subtitle }) {
  if (kind === "road") return t("search.sections", { n: links.length });
  return kind === "place" ? wordOr("place." + subtitle, subtitle) : subtitle;
}
