// What the screen shows, kept in the address:
// #map=z/lat/lon&off=free,buses&on=promise&data=cctv&phase=active
// &work=ID&at=2026-11-27T08:10:00&then&dark&cb&lang=en
import { keep, kept } from "../kept.js";
import { LEVELS } from "../levels.js";
import { timeOf, stampText } from "../times.js";
import { languages } from "../words.js";
import { ADDRESSED, EXTRAS, LAYERS } from "./kinds.js";

const MOST_DATA = 12;
/** @param {string} text */
const isId = (text) => /^[a-z][a-z0-9_]{1,62}$/.test(text);
export const PHASES = ["all", "active", "planned", "overdue"];
/** @type {string[]} */
const BOXES = [...LEVELS, ...LAYERS];

/** The reader of each part of an address; what is unknown or out of bounds is left out.
 * @type {Record<string, (found: Ui.Address, value: string) => void>} */
const READERS = {
  map: (found, value) => { found.view = parseView(value); },
  off: (found, value) => { found.off = new Set(value.split(",").filter((name) => BOXES.includes(name))); },
  on: (found, value) => { found.on = new Set(EXTRAS.filter((name) => value.split(",").includes(name))); },
  phase: (found, value) => { if (PHASES.includes(value)) found.phase = value; },
  data: (found, value) => { found.data = new Set(value.split(",").filter(isId).slice(0, MOST_DATA)); },
  at: (found, value) => { found.at_ms = timeOf(value); },
  then: (found) => { found.isThen = true; },
  dark: (found) => { found.theme = "dark"; },
  light: (found) => { found.theme = "light"; },
  cb: (found) => { found.palette = "cb"; },
  lang: (found, value) => { if (languages().includes(value)) found.lang = value; },
  ...Object.fromEntries(ADDRESSED.map((kind) => [kind, readerOf(kind)])),
};

/** @param {string} kind @returns {(found: Ui.Address, id: string) => void} */
function readerOf(kind) {
  return (found, id) => { if (id) found.chosen = { kind, id }; };
}

/** @param {string} hash @returns {Ui.Address} */
export function parse(hash) {
  /** @type {Ui.Address} */
  const found = {
    off: new Set(), on: new Set(), phase: "all", view: null, chosen: null, theme: null, palette: null,
    lang: null, at_ms: null, isThen: false, data: new Set(),
  };
  for (const part of hash.replace(/^#/, "").split("&")) {
    const [name, ...rest] = part.split("=");
    if (Object.hasOwn(READERS, name)) READERS[name](found, decoded(rest.join("=")));
  }
  return found;
}

/** @param {string} text */
function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** @param {string} value */
function parseView(value) {
  const [zoom, lat, lon] = value.split("/").map(Number);
  const isPlace = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 20;
  return isPlace ? { zoom, lat, lon } : null;
}

export class State {
  listeners = /** @type {((change: Ui.Change) => void)[]} */ ([]);
  off = /** @type {Set<string>} */ (new Set());
  extras = /** @type {Set<string>} */ (new Set()); // layers shown because somebody asked for them
  data = /** @type {Set<string>} */ (new Set()); // datasets that are on the map
  discrepancy = ""; // the kind of discrepancies that are listed, "" all
  phase = "all";
  view = /** @type {Ui.MapView | null} */ (null);
  chosen = /** @type {Ui.Chosen | null} */ (null);
  place = /** @type {Ui.Spot | null} */ (null); // one that was searched for, where nothing is chosen
  at_ms = /** @type {number | null} */ (null); // the moment that is looked at, null: now
  isThen = false; // as it was known then, and not with what came in later
  theme = "light";
  palette = "plain";
  lang = "ko";
  isThemeChosen = false;
  isViewGiven = false;
  changed = () => {}; // what the address says is another
  leaving = () => {}; // the screen is about to show something else

  constructor() { this.read(); }

  read() {
    const found = parse(location.hash), root = document.documentElement;
    this.off = found.off;
    this.extras = found.on;
    this.data = found.data;
    this.phase = found.phase;
    this.view = found.view;
    this.chosen = found.chosen;
    this.at_ms = found.at_ms;
    this.isThen = found.isThen;
    this.theme = root.dataset.theme = found.theme || root.dataset.theme || "light";
    this.palette = root.dataset.palette = found.palette || root.dataset.palette || "plain";
    this.lang = found.lang || kept("lang") || "ko";
    this.isThemeChosen ||= found.theme !== null;
    this.isViewGiven = found.view !== null;
    this.place = null;
  }

  /** @param {(change: Ui.Change) => void} listener */
  on(listener) { this.listeners.push(listener); }

  /** @param {Ui.Change} change */
  notify(change) {
    for (const listener of this.listeners) listener(change);
    this.changed();
  }

  /** @param {string} name of a level or a layer */
  isShown(name) { return EXTRAS.includes(name) ? this.extras.has(name) : !this.off.has(name); }

  /** @param {string} name */
  toggle(name, isShown = !this.isShown(name)) {
    const isExtra = EXTRAS.includes(name), names = isExtra ? this.extras : this.off;
    if (isShown === isExtra) names.add(name); else names.delete(name);
    this.notify(LAYERS.includes(name) ? "layers" : "levels");
  }

  /** @param {string} phase */
  setPhase(phase) { this.phase = phase; this.notify("phase"); }

  /** @param {number | null} at_ms @param {boolean} isThen */
  setMoment(at_ms, isThen) {
    if (this.at_ms === null) this.leaving();
    this.at_ms = at_ms;
    this.isThen = isThen;
    this.notify("moment");
  }

  /** How the server is asked for the moment; "" for now. @param {number} now_ms */
  momentQuery(now_ms) {
    const { at_ms, isThen } = this;
    return at_ms === null ? "" : `valid=${at_ms}` + (isThen && at_ms < now_ms ? `&known=${at_ms}` : "");
  }

  /** @param {string} kind of discrepancies, "" all */
  setDiscrepancy(kind) { this.discrepancy = kind; this.notify("layers"); }

  /** @param {string} theme */
  setTheme(theme) {
    this.theme = document.documentElement.dataset.theme = theme;
    this.isThemeChosen = true;
    keep("theme", theme);
    this.notify("colours");
  }

  /** @param {string} palette */
  setPalette(palette) {
    this.palette = document.documentElement.dataset.palette = palette;
    keep("palette", palette);
    this.notify("colours");
  }

  /** @param {string} lang */
  setLang(lang) { this.lang = lang; keep("lang", lang); this.notify("lang"); }

  /** @param {Set<string>} data ids of the datasets on the map */
  setData(data) { this.data = data; this.changed(); }

  /** @param {Ui.MapView} view */
  setView(view) { this.view = view; this.changed(); }

  /** @param {Ui.Chosen | null} chosen */
  choose(chosen) { this.mark(chosen, null); }

  /** Marks a place that is nothing to choose. @param {Ui.Spot} place */
  find(place) { this.mark(null, place); }

  /** @param {Ui.Chosen | null} chosen @param {Ui.Spot | null} place */
  mark(chosen, place) {
    this.leaving();
    Object.assign(this, { chosen, place });
    this.notify("chosen");
  }

  address() {
    const parts = [], { view, off, extras, phase, chosen } = this;
    if (view) parts.push(`map=${+view.zoom.toFixed(2)}/${view.lat.toFixed(5)}/${view.lon.toFixed(5)}`);
    if (off.size) parts.push("off=" + BOXES.filter((name) => off.has(name)).join(","));
    if (extras.size) parts.push("on=" + [...extras].join(","));
    if (this.data.size) parts.push("data=" + [...this.data].join(","));
    if (phase !== "all") parts.push("phase=" + phase);
    if (chosen && ADDRESSED.includes(chosen.kind)) {
      parts.push(`${chosen.kind}=${encodeURIComponent(chosen.id)}`);
    }
    return "#" + [...parts, ...this.times(), ...this.looks()].join("&");
  }

  times() {
    const times = this.at_ms === null ? [] : ["at=" + stampText(this.at_ms)];
    return this.isThen ? [...times, "then"] : times;
  }

  looks() {
    const looks = [];
    if (this.isThemeChosen) looks.push(this.theme);
    if (this.palette === "cb") looks.push("cb");
    if (this.lang !== "ko") looks.push("lang=" + this.lang);
    return looks;
  }
}
