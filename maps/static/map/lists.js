// The lists on the right: works, incidents, discrepancies, clashes, and works that no place is known for.
import { arrange, byId, el, makeButton, markCurrent, write } from "../dom.js";
import { colours } from "../palette.js";
import { signIcon } from "../signs.js";
import { t } from "../words.js";
import { KINDS } from "./kinds.js";
import { DISCREPANCY_KINDS } from "./kinds/discrepancy.js";

/** @typedef {{kind: string, rows: any[]}} Group things of a kind that are one line together */
/** @typedef {{kind: string, ids: string[], entry: Ui.Entry}} Line */
/** @typedef {Line & {mark: string, element: HTMLElement}} Row */

const FIRST_ROWS = 120, MORE_ROWS = 400;
const PANELS = ["works", "incidents", "discrepancies", "clashes", "nowhere"];

export class Lists {
  most = FIRST_ROWS;
  /** @type {Map<string, Map<string, Row>>} */
  rows = new Map(PANELS.map((name) => [name, new Map()]));

  filter = byId("discrepancy-kind", HTMLSelectElement);

  /** @param {Ui.State} state @param {(chosen: Ui.Chosen, isByKey: boolean) => void} choose */
  constructor(state, choose) {
    this.state = state;
    this.choose = choose;
    for (const name of PANELS) byId("tab-" + name).addEventListener("click", () => this.turnTo(name));
    byId("lists").addEventListener("keydown", (e) => this.onKey(e));
    this.filter.addEventListener("change", () => this.state.setDiscrepancy(this.filter.value));
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    const at = PANELS.findIndex((name) => byId("tab-" + name) === e.target);
    const next = PANELS[(at + step + PANELS.length) % PANELS.length];
    this.turnTo(next);
    byId("tab-" + next).focus();
  }

  /** @param {string} shown */
  turnTo(shown) {
    for (const name of PANELS) {
      const tab = byId("tab-" + name);
      tab.setAttribute("aria-selected", String(name === shown));
      tab.tabIndex = name === shown ? 0 : -1;
      byId("panel-" + name).hidden = name !== shown;
    }
  }

  /** @param {Ui.Picture} picture */
  show(picture) {
    /** @type {Record<string, Group[]>} */
    const groups = Object.fromEntries(PANELS.map((name) => [name, []]));
    for (const [kind, { lists, isFirst }] of Object.entries(KINDS)) {
      for (const [panel, things] of Object.entries(lists?.(picture, this.state) || {})) {
        const found = things.map((rows) => ({ kind, rows }));
        groups[panel] = isFirst ? [...found, ...groups[panel]] : [...groups[panel], ...found];
      }
    }
    this.fillFilter(picture);
    for (const panel of PANELS) this.fill(panel, groups[panel], picture);
    this.markChosen();
  }

  /** The kinds of discrepancies with how many there are of each. @param {Ui.Picture} picture */
  fillFilter({ rows }) {
    const all = [...rows.discrepancy.values()], { options } = this.filter;
    ["", ...DISCREPANCY_KINDS].forEach((kind, k) => {
      const n = all.filter((row) => !kind || row.kind === kind).length;
      const word = t("discrepancy." + (kind || "every")), text = t("discrepancy.filter", { kind: word, n });
      if (!options[k]) options.add(new Option(text, kind));
      else if (options[k].text !== text) options[k].text = text;
    });
    this.filter.value = this.state.discrepancy;
  }

  /** Brings a list in line; rows that show the same stay the elements they are.
   * @param {string} name @param {Group[]} groups @param {Ui.Picture} picture */
  fill(name, groups, picture) {
    const { theme, palette, lang } = this.state, old = this.rows.get(name), none = byId(name + "-none");
    const rows = /** @type {Map<string, Row>} */ (new Map());
    for (const line of groups.slice(0, this.most).flatMap((group) => lineOf(group, picture))) {
      const [id] = line.ids, mark = JSON.stringify([line, theme, palette, lang]), before = old?.get(id);
      rows.set(id, before?.mark === mark ? before : { ...line, mark, element: this.row(line) });
    }
    this.rows.set(name, rows);
    const wanted = [...rows.values()].map((row) => row.element);
    if (groups.length > this.most) wanted.push(this.more(groups.length - this.most));
    arrangeRows(byId(name + "-list"), wanted);
    none.hidden = groups.length > 0;
    write(none, t(this.noneOf(name, picture)));
    write(byId(name + "-count"), groups.length.toLocaleString());
  }

  /** Why a list is empty. @param {string} name @param {Ui.Picture} picture */
  noneOf(name, picture) {
    if (picture.isUnrecorded) return "list.unrecorded";
    return name === "discrepancies" && this.state.discrepancy ? "discrepancies.none_of" : name + ".none";
  }

  /** @param {number} count */
  more(count) {
    const item = el("li", "more"), text = t("works.more", { n: Math.min(count, MORE_ROWS).toLocaleString() });
    item.append(makeButton("plain", text, () => { this.most += MORE_ROWS; this.state.notify("layers"); }));
    return item;
  }

  /** @param {Line} line */
  row({ kind, ids, entry }) {
    const li = el("li"), text = el("span", "text"), tags = el("span", "tags");
    const button = makeButton("row", null, ({ detail }) => {
      this.choose({ kind, id: this.next(ids) }, detail === 0); // by a key, not a mouse
    });
    button.dataset.kind = kind;
    button.dataset.id = ids[0];
    button.classList.toggle("is-over", Boolean(entry.isOver));
    tags.append(...entry.tags.map((tag, k) => el("span", k ? "tag" : "tag " + entry.sign, tag)));
    text.append(tags, el("b", "title", entry.title), el("span", "under", entry.under));
    button.append(signIcon(entry.sign, entry.style, colours()), text);
    li.append(button);
    return li;
  }

  /** The thing a press on a row goes to: the first, and from one of a permit's spots to the next.
   * @param {string[]} ids */
  next(ids) { return ids[(ids.indexOf(this.state.chosen?.id || "") + 1) % ids.length]; }

  markChosen() {
    const { chosen } = this.state;
    for (const rows of this.rows.values()) {
      for (const { element, ids, kind } of rows.values()) {
        const isChosen = chosen !== null && chosen.kind === kind && ids.includes(chosen.id);
        markCurrent(element.children[0], isChosen);
      }
    }
  }
}

/** What is written of a group; only of those that are listed, for there may be thousands.
 * @param {Group} group @param {Ui.Picture} picture @returns {Line[]} */
function lineOf({ kind, rows }, picture) {
  const { entry } = KINDS[kind];
  return entry ? [{ kind, ids: rows.map(({ id }) => id), entry: entry(rows, picture) }] : [];
}

/** Puts rows in order; the focus goes back to a row that was moved, or to the new element of one whose text
 * changed. @param {HTMLElement} list @param {HTMLElement[]} wanted */
export function arrangeRows(list, wanted) {
  const { activeElement: focused } = document, isInside = list.contains(focused);
  arrange(list, wanted);
  if (!isInside || !(focused instanceof HTMLElement) || document.activeElement === focused) return;
  /** @type {HTMLElement[]} */
  const rows = [...list.querySelectorAll(".row")].flatMap((row) => row instanceof HTMLElement ? [row] : []);
  const again = list.contains(focused) ? focused : rows.find((row) => row.dataset.id === focused.dataset.id);
  again?.focus({ preventScroll: true });
}
