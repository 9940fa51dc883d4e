// The search box: a combobox over /api/v1/search, initial consonants included.
import { el, write } from "../dom.js";
import { t, wordOr } from "../words.js";

const WAIT_MS = 120;

export class Search {
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.box = document.getElementById("search-box");
    this.list = document.getElementById("search-list");
    this.noteElement = document.getElementById("search-note");
    this.results = [];
    this.at = -1;
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

  async find(q) {
    if (this.asking) this.asking.abort();
    this.wanted = false;
    if (!q) return this.show([], "");
    const asking = this.asking = new AbortController();
    try {
      const answer = await fetch("/api/v1/search?q=" + encodeURIComponent(q), { signal: asking.signal });
      if (!answer.ok) throw new Error(`search: HTTP ${answer.status}`);
      const { results } = await answer.json();
      this.show(results, results.length ? t("search.count", { n: results.length }) : t("search.nothing", { q }));
      this.found = q;
      if (this.isEnterWaiting) this.choose(0);
    } catch (error) {
      if (error.name !== "AbortError") this.show([], t("search.failed"));
    }
    return undefined;
  }

  /** Says what was found again, in another language. */
  speak() {
    if (this.results.length) this.list.replaceChildren(...this.results.map((result, k) => this.option(result, k)));
  }

  show(results, note) {
    this.results = results;
    this.at = -1;
    this.list.replaceChildren(...results.map((result, k) => this.option(result, k)));
    this.open(results.length > 0);
    write(this.noteElement, note);
    this.noteElement.hidden = !note;
    this.noteElement.classList.toggle("quiet", results.length > 0);
    this.box.removeAttribute("aria-activedescendant");
  }

  option(result, k) {
    const li = el("li"), kind = el("span", "kind"), title = el("b"), sub = el("span", "under");
    li.id = "found-" + k;
    li.setAttribute("role", "option");
    li.setAttribute("aria-selected", "false");
    kind.textContent = t("kind." + result.kind);
    title.textContent = result.title;
    sub.textContent = underOf(result);
    li.append(kind, title, sub);
    li.addEventListener("click", () => this.choose(k));
    return li;
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.box.setAttribute("aria-expanded", String(isOpen));
  }

  onKey(e) {
    if (e.isComposing || e.keyCode === 229) return; // the Enter that ends a syllable is not ours
    if (e.key === "ArrowDown") this.move(1);
    else if (e.key === "ArrowUp") this.move(-1);
    else if (e.key === "Enter") this.enter();
    else if (e.key === "Escape") this.escape(e);
    else return;
    e.preventDefault();
  }

  escape(e) {
    e.stopPropagation();
    if (this.box.value || !this.list.hidden) {
      this.box.value = "";
      this.show([], "");
    } else this.box.blur();
  }

  /** Enter before the answer came takes the first result when it comes. */
  enter() {
    const q = this.box.value.trim();
    if (this.results.length && this.found === q) return this.choose(Math.max(0, this.at));
    this.isEnterWaiting = true;
    clearTimeout(this.timer);
    return this.find(q).finally(() => { this.isEnterWaiting = false; });
  }

  move(step) {
    if (!this.results.length) return;
    this.open(true);
    this.at = (this.at + step + this.results.length) % this.results.length;
    [...this.list.children].forEach((li, k) => li.setAttribute("aria-selected", String(k === this.at)));
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", "found-" + this.at);
  }

  choose(k) {
    const result = this.results[k];
    if (!result) return;
    this.open(false);
    this.onChoose(result);
  }
}

/** The line under a result in the language chosen; names and numbers stay as the city writes them. */
function underOf(result) {
  if (result.kind === "road") return t("search.sections", { n: result.links.length });
  if (result.kind === "place") return wordOr("place." + result.subtitle, result.subtitle);
  return result.subtitle || "";
}
