// What the screen shows, kept in the address: #map=z/lat/lon&off=free,buses&phase=active&work=ID&dark&cb&lang=en
import { keep, kept } from "../kept.js";
import { languages } from "../words.js";

export const LEVELS = ["free", "slow", "jam", "unknown"];
export const LAYERS = ["full", "partial", "minor", "incidents", "reports", "clashes", "buses", "labels"];
export const PHASES = ["all", "active", "planned", "overdue"];
const WRITE_AFTER_MS = 250;

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** The parts of an address; whatever is unknown or out of bounds is left out. */
export function parse(hash) {
  const found = { off: new Set(), phase: "all", view: null, chosen: null, theme: null, palette: null, lang: null };
  for (const part of hash.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    const name = cut < 0 ? part : part.slice(0, cut);
    const value = cut < 0 ? "" : decoded(part.slice(cut + 1));
    if (name === "map") found.view = parseView(value);
    else if (name === "off") found.off = new Set(value.split(",").filter((v) => LEVELS.includes(v) || LAYERS.includes(v)));
    else if (name === "phase" && PHASES.includes(value)) found.phase = value;
    else if (["work", "link", "incident", "report", "clash", "alert"].includes(name) && value) found.chosen = { kind: name, id: value };
    else if (name === "dark" || name === "light") found.theme = name;
    else if (name === "cb") found.palette = "cb";
    else if (name === "lang" && languages().includes(value)) found.lang = value;
  }
  return found;
}

function parseView(value) {
  const [zoom, lat, lon] = value.split("/").map(Number);
  const isPlace = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 20;
  return isPlace ? { zoom, lat, lon } : null;
}

export class State {
  constructor() {
    this.listeners = [];
    this.timer = 0;
    this.isThemeChosen = false;
    this.read();
    addEventListener("hashchange", () => {
      if (location.hash === this.written) return;
      this.read();
      this.tell("address");
    });
  }

  read() {
    const found = parse(location.hash);
    const root = document.documentElement;
    Object.assign(this, { off: found.off, phase: found.phase, view: found.view, chosen: found.chosen });
    this.theme = found.theme || root.dataset.theme || "light";
    this.palette = found.palette || root.dataset.palette || "plain";
    this.lang = found.lang || kept("lang") || "ko";
    this.isThemeChosen = found.theme !== null || this.isThemeChosen;
    root.dataset.theme = this.theme;
    root.dataset.palette = this.palette;
    this.isViewGiven = found.view !== null;
    this.written = location.hash;
  }

  on(listener) { this.listeners.push(listener); }

  tell(what) {
    for (const listener of this.listeners) listener(what);
    this.write();
  }

  isShown(name) { return !this.off.has(name); }

  toggle(name, isShown = this.off.has(name)) {
    if (isShown) this.off.delete(name); else this.off.add(name);
    this.tell(LEVELS.includes(name) ? "levels" : "layers");
  }

  setPhase(phase) { this.phase = phase; this.tell("phase"); }

  setTheme(theme) {
    this.theme = document.documentElement.dataset.theme = theme;
    this.isThemeChosen = true;
    keep("theme", theme);
    this.tell("colours");
  }

  setPalette(palette) {
    this.palette = document.documentElement.dataset.palette = palette;
    keep("palette", palette);
    this.tell("colours");
  }

  setLang(lang) { this.lang = lang; keep("lang", lang); this.tell("lang"); }

  setView(view) { this.view = view; this.write(); }

  choose(chosen) { this.chosen = chosen; this.tell("chosen"); }

  address() {
    const parts = [];
    const { view, off, phase, chosen } = this;
    if (view) parts.push(`map=${+view.zoom.toFixed(2)}/${view.lat.toFixed(5)}/${view.lon.toFixed(5)}`);
    if (off.size) parts.push("off=" + [...LEVELS, ...LAYERS].filter((name) => off.has(name)).join(","));
    if (phase !== "all") parts.push("phase=" + phase);
    if (chosen && chosen.kind !== "bus") parts.push(chosen.kind + "=" + encodeURIComponent(chosen.id));
    if (this.isThemeChosen) parts.push(this.theme);
    if (this.palette === "cb") parts.push("cb");
    if (this.lang !== languages()[0]) parts.push("lang=" + this.lang);
    return "#" + parts.join("&");
  }

  write() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.written = this.address();
      history.replaceState(null, "", this.written);
    }, WRITE_AFTER_MS);
  }
}

