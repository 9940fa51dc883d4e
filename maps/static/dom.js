// Finding, making and writing elements: text only, never markup.

/**
 * The element of an id that the page surely has.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id @param {new () => T} [kind]
 */
export function byId(id, kind = /** @type {new () => any} */ (HTMLElement)) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`no ${kind.name} #${id}`);
  return element;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {string} [className] @param {string | null} [text]
 */
export function el(tag, className = "", text = null) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== null) element.textContent = text;
  return element;
}

/** @param {string} className @param {string | null} text @param {(e: MouseEvent) => void} act */
export function makeButton(className, text, act) {
  const button = el("button", className, text);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

/** A row of a <dl>: a term and what it means. @param {Node | string} term @param {Node | string} meaning */
export function termRow(term, meaning) {
  const row = el("div"), dt = el("dt"), dd = el("dd");
  dt.append(term);
  dd.append(meaning);
  row.append(dt, dd);
  return row;
}

/** @param {string} className @param {(Node | string)[]} children */
export function makeList(className, children) {
  const list = el("ul", className);
  list.append(...children);
  return list;
}

/** Writes only what differs, so that a selection or a reader's place stays. @param {Element} element
 * @param {string} text */
export function write(element, text) { if (element.textContent !== text) element.textContent = text; }

/** Shows a text, or hides its element where there is none. @param {HTMLElement} element @param {string}
 * text */
export function showText(element, text) {
  element.hidden = !text;
  element.textContent = text;
}

/** Says what is wrong where a note has its place, or nothing, and ties it to the fields that are at fault.
 * @param {HTMLElement} note @param {string} text @param {...Element} fields */
export function showFault(note, text, ...fields) {
  showText(note, text);
  for (const field of fields) {
    if (text) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    if (text) field.setAttribute("aria-describedby", note.id); else field.removeAttribute("aria-describedby");
  }
}

/** The address that dials a number as an office writes it. @param {string} phone */
export const dial = (phone) => "tel:" + phone.replace(/[^0-9+*#]/g, "");

/** The row or button of a list an event happened in. @param {Event} e @param {string} selector */
export const closest = (e, selector) => e.target instanceof Element ? e.target.closest(selector) : null;

/** Marks one of a list or takes the mark away. @param {Element} element @param {boolean} isCurrent */
export function markCurrent(element, isCurrent) {
  if (isCurrent) element.setAttribute("aria-current", "true"); else element.removeAttribute("aria-current");
}

/** @param {EventTarget | null} target */
export function isWriting(target) {
  return target instanceof HTMLElement && (target.isContentEditable
    || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select"));
}

/** The letter of a key by its place, "" for another key: with the Korean keyboard on, D would write a vowel.
 * @param {KeyboardEvent} e */
export function letterOf(e) {
  return /^Key[A-Z]$/.test(e.code) && e.key.length === 1 ? e.code[3].toLowerCase() : "";
}

/** Whether a key is the browser's, an open dialog's or a syllable's. @param {KeyboardEvent} e */
export function isForAnother(e) {
  return isComposing(e) || e.ctrlKey || e.metaKey || document.querySelector("dialog[open]") !== null;
}

/** An Enter that ends a Korean syllable is not ours. @param {KeyboardEvent} e */
export const isComposing = (e) => e.isComposing || e.keyCode === 229;

/** Puts elements in order and moves only what must, so that focus and scroll stay where they are; a row with
 * a `data-id` that was moved or made anew keeps the focus. @param {Element} list @param {Element[]} wanted */
export function arrange(list, wanted) {
  const kept = new Set(wanted), { activeElement } = document;
  const focused = list.contains(activeElement) ? activeElement : null;
  for (const element of [...list.children]) if (!kept.has(element)) element.remove();
  wanted.forEach((element, k) => {
    if (list.children[k] !== element) list.insertBefore(element, list.children[k] || null);
  });
  if (focused instanceof HTMLElement && document.activeElement !== focused) refocus(list, focused);
}

const written = /** @type {WeakMap<Element, string>} */ (new WeakMap()); // what an element was made as

/** Brings a list in line with what it is to show. What shows the same stays the element it is: what somebody
 * has opened, marked, focused or presses goes on. @param {Element} list @param {Element[]} wanted */
export function renew(list, wanted) {
  const left = [...list.children];
  arrange(list, wanted.map((element) => {
    const html = element.outerHTML, k = left.findIndex((each) => written.get(each) === html);
    if (k >= 0) return left.splice(k, 1)[0];
    written.set(element, html);
    return element;
  }));
}

/** Gives the focus back to a row that was moved, or to the new element of one whose words changed.
 * @param {Element} list @param {HTMLElement} focused */
function refocus(list, focused) {
  const rows = /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(".row"));
  const same = [...rows].find(({ dataset }) => dataset.id === focused.dataset.id);
  (list.contains(focused) ? focused : same)?.focus({ preventScroll: true });
}
