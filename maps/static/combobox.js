// A box to type into above a list of what was found: which option is marked, and the keys that move it.
import { isComposing } from "./dom.js";

export class Combobox {
  at = -1;
  timer = 0;
  asking = /** @type {AbortController | null} */ (null);

  /** @param {HTMLInputElement} input @param {HTMLElement} list */
  constructor(input, list) {
    this.input = input;
    this.list = list;
    input.addEventListener("keydown", (e) => this.onKey(e));
    list.addEventListener("mousedown", (e) => e.preventDefault());
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** Gives up what was asked; the signal of the next question. */
  begin() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = new AbortController();
    return this.asking.signal;
  }

  /** Puts options into the list, none marked.
   * @param {HTMLElement[]} options @param {(k: number) => void} choose */
  put(options, choose) {
    options.forEach((li, k) => {
      li.id = "found-" + k;
      li.setAttribute("role", "option");
      li.addEventListener("click", () => choose(k));
    });
    this.list.replaceChildren(...options);
    this.open(options.length > 0);
    this.mark(-1);
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  /** @param {number} k -1 for none */
  mark(k) {
    const { children } = this.list, marked = children[k];
    this.at = k;
    [...children].forEach((li) => li.setAttribute("aria-selected", String(li === marked)));
    if (!marked) { this.input.removeAttribute("aria-activedescendant"); return; }
    marked.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", marked.id);
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    if (isComposing(e)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key] || 0;
    if (step && !e.altKey) this.move(step);
    else if (e.key === "Enter") this.enter();
    else return;
    e.preventDefault();
  }

  /** @param {number} step */
  move(step) {
    const n = this.list.children.length;
    if (!n) return;
    this.open(true);
    this.mark(this.at < 0 && step < 0 ? n - 1 : (this.at + step + n) % n);
  }

  /** What Enter does. */
  enter() {}
}
