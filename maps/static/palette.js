// The colours of the map as a canvas needs them: the custom properties of css/tokens.css.
import { LEVELS } from "./levels.js";

const NAMES = [
  "bus", "full", "partial", "minor", "incident", "report", "clash", "discrepancy", "detour", "accent", "text",
  "blocked", "doubted", "promise-5", "promise-10", "promise-20", "promise-40", "promise-none",
  ...["bed", "casing", "name", "halo", "faint", "bus-edge", "bus-old", "edge", "hollow", "mark", "stripe"]
    .map((name) => "map-" + name),
];
const known = /** @type {Map<string, Ui.Colours>} */ (new Map());

/** The colours of the theme and the palette that the page has now. */
export function colours() {
  const root = document.documentElement, { theme, palette } = root.dataset;
  const found = known.get(`${theme} ${palette}`) || read(getComputedStyle(root));
  known.set(`${theme} ${palette}`, found);
  return found;
}

/** @param {CSSStyleDeclaration} style @returns {Ui.Colours} */
function read(style) {
  /** @param {string} name */
  const valueOf = (name) => style.getPropertyValue("--" + name).trim();
  const named = Object.fromEntries(NAMES.map((name) => [name.replace("map-", ""), valueOf(name)]));
  return Object.assign(named, { levels: LEVELS.map(valueOf) });
}

/** The screen's scale: a wall of 4K draws wider lines and larger marks with its larger letters. */
export const screenScale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
