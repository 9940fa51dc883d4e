// The legend is the filter: levels, layers and the phase of works, each with its count.
import { byId, el, write } from "../dom.js";
import { LEVELS } from "../levels.js";
import { colours } from "../palette.js";
import { signIcon } from "../signs.js";
import { t } from "../words.js";
import { showPromiseKey } from "./driven.js";
import { KINDS, LAYERS } from "./kinds.js";
import { byPermit, isInPhase, isOver, isPlaced } from "./kinds/permits.js";
import { PHASES } from "./state.js";

/** @typedef {{box: HTMLInputElement, icon: HTMLElement, count: HTMLElement}} LegendRow */

const LEVEL_ORDER = [2, 1, 0, 3]; // what needs a look first stands first

export class Legend {
  rows = /** @type {Map<string, LegendRow>} */ (new Map()); // by the name of a level or a layer
  phases = /** @type {Map<string, HTMLInputElement>} */ (new Map());
  shares = /** @type {HTMLElement[]} */ ([]);
  inView = el("p", "note"); // of a network that comes in tiles: what is counted

  /** @param {Ui.State} state */
  constructor(state) {
    this.state = state;
    const layers = byId("layer-rows"), note = el("p", "note");
    for (const level of LEVEL_ORDER) {
      const name = LEVELS[level];
      byId("legend-rows").append(this.row(name, "line " + name, "level."));
      byId("shares").append(this.shares[level] = el("i", "share " + name));
    }
    this.inView.dataset.t = "legend.in_view";
    this.inView.hidden = true;
    byId("legend").append(this.inView);
    for (const layer of LAYERS) layers.append(this.row(layer, "icon " + layer, "layer."));
    note.dataset.t = "layer.planned.note";
    layers.insertBefore(note, layers.querySelector("[data-name=promise]"));
    layers.append(this.promiseKey());
    byId("phases").append(...PHASES.map((phase) => this.segment(phase)));
  }

  /** @param {string} name @param {string} className of its icon @param {string} prefix of its word */
  row(name, className, prefix) {
    const label = el("label", "check"), box = el("input"), word = el("span", "word");
    const icon = el("span", className), count = el("span", "count");
    box.type = "checkbox";
    box.id = "show-" + name;
    box.addEventListener("change", () => this.state.toggle(name, box.checked));
    word.dataset.t = prefix + name;
    if (name === "minor") label.dataset.tTitle = "layer.minor.what";
    label.dataset.name = name;
    label.append(box, icon, word, count);
    this.rows.set(name, { box, icon, count });
    return label;
  }

  promiseKey() {
    const key = el("dl", "promise-key");
    key.id = "promise-key";
    key.hidden = true;
    return key;
  }

  /** @param {string} phase */
  segment(phase) {
    const label = el("label", "segment"), radio = el("input"), word = el("span");
    radio.type = "radio";
    radio.name = "phase";
    radio.value = phase;
    radio.addEventListener("change", () => this.state.setPhase(phase));
    word.dataset.t = "phase." + phase;
    label.append(radio, word);
    this.phases.set(phase, radio);
    return label;
  }

  /** Brings boxes, icons and words in line with the state. @param {Ui.Picture | null} picture */
  show(picture) {
    for (const [name, { box }] of this.rows) box.checked = this.state.isShown(name);
    for (const [phase, radio] of this.phases) radio.checked = phase === this.state.phase;
    if (!picture) return; // its icons can wait until the roads are there
    this.drawIcons();
    this.showThresholds(picture.network.limits);
    this.inView.hidden = !picture.network.index;
    this.showCounts(picture);
  }

  drawIcons() {
    for (const { mark, layers = [] } of Object.values(KINDS)) {
      if (!mark) continue;
      for (const layer of layers) {
        const { sign, style } = mark(layer);
        this.rows.get(layer)?.icon.replaceChildren(signIcon(sign, style, colours()));
      }
    }
  }

  /** @param {{classes: string[], jam: number[], slow: number[]}} limits */
  showThresholds({ classes, jam, slow }) {
    /** @param {string} name */
    const limitsOf = (name) => {
      const i = classes.findIndex((each) => name ? each === name : !["motorway", "express"].includes(each));
      return i < 0 ? null : { jam: jam[i], slow: slow[i] };
    };
    const ordinary = limitsOf("") || (classes.length ? { jam: jam[0], slow: slow[0] } : null);
    const texts = ordinary ? [t("legend.thresholds", ordinary)] : [];
    for (const name of ["express", "motorway"]) {
      const limits = limitsOf(name);
      if (limits) texts.push(t("legend.thresholds.class", { name: t("class." + name), ...limits }));
    }
    write(byId("thresholds"), texts.join(" · "));
  }

  /** @param {Ui.Picture} picture */
  showCounts(picture) {
    const total = picture.metres.reduce((sum, metres) => sum + metres, 0) || 1, bar = byId("shares");
    const text = t("legend.shares", Object.fromEntries(LEVELS.map((name, level) => {
      this.count(name, picture.counts[level]);
      this.shares[level].style.flexGrow = String(picture.metres[level] / total);
      return [name, Math.round(100 * picture.metres[level] / total)];
    })));
    if (bar.title !== text) { bar.title = text; bar.setAttribute("aria-label", text); }
    for (const [kind, { layers = [] }] of Object.entries(KINDS)) {
      if (layers.length === 1) this.count(layers[0], picture.mapOf(kind).size);
    }
    this.count("impassable", countIf(picture.blocked.keys(), (i) => Boolean(picture.network.drawn[i])));
    this.count("by_hand", countIf(picture.rows.closure.values(), ({ phase }) => phase !== "finished"));
    this.count("discrepancies", countIf(picture.rows.discrepancy.values(), (row) => !row.until_ms));
    showPromiseKey(picture, this.state.isShown("promise"));
    this.countWorks(picture);
  }

  /** Works by what they close, each permit once. @param {Ui.Picture} picture */
  countWorks({ rows }) {
    const { layers = [], layerOf } = KINDS.work;
    const shown = [...rows.work.values()].filter((work) =>
      !isOver(work) && isPlaced(work) && isInPhase(work, this.state.phase));
    for (const layer of layers) {
      this.count(layer, byPermit(shown.filter((work) => layerOf?.(work) === layer)).length);
    }
  }

  /** @param {string} name @param {number} count */
  count(name, count) {
    const row = this.rows.get(name);
    if (row) write(row.count, count.toLocaleString());
  }
}

/** @template T @param {Iterable<T>} rows @param {(row: T) => boolean} isCounted */
const countIf = (rows, isCounted) => [...rows].filter(isCounted).length;
