// The colours of the map as a canvas needs them: the custom properties of css/tokens.css.
import { LEVELS } from "./levels.js";

const NAMES = [
  "bus", "full", "partial", "minor", "incident", "report", "clash", "discrepancy", "detour", "by_hand",
  "accent", "text",
  "blocked", "doubted", "promise-5", "promise-10", "promise-20", "promise-40", "promise-none",
  ...["bed", "casing", "name", "halo", "faint", "bus-edge", "bus-old", "edge", "hollow", "mark", "stripe",
    "glyph", "water", "water-name", "border", "rail", "road", "road-edge", "building"]
    .map((name) => "map-" + name),
];
const OLD = 0.5; // of its colour is left to a speed that is some minutes old
const known = /** @type {Map<string, Ui.Colours>} */ (new Map());

/** What the system says of colours: that its own are to be used, that more contrast is wanted. */
const SYSTEM = ["(forced-colors: active)", "(prefers-contrast: more)", "(prefers-color-scheme: dark)"];
const systems = /** @type {MediaQueryList[]} */ ([]);

/** Whether the system's own colours are used and no others, as with the contrast themes of Windows. */
export const isForced = () => system()[0].matches;

function system() {
  if (!systems.length) systems.push(...SYSTEM.map((query) => matchMedia(query)));
  return systems;
}

/** Acts when the system wants other colours. @param {() => void} act */
export function onSystemColours(act) {
  for (const query of system()) query.addEventListener("change", () => { known.clear(); act(); });
}

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
  const valueOf = (name) => {
    const value = style.getPropertyValue("--" + name).trim();
    return isForced() ? painted(value) : value;
  };
  const named = Object.fromEntries(NAMES.map((name) => [name.replace("map-", ""), valueOf(name)]));
  const levels = LEVELS.map(valueOf);
  return Object.assign(named, { levels, old: levels.map((colour) => mixed(colour, valueOf("map-bed"))) });
}

let pixel = /** @type {CanvasRenderingContext2D | null} */ (null);

/** A colour of the system as #rrggbb, as it is painted: a worker cannot read its name.
 * @param {string} colour */
function painted(colour) {
  pixel ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!pixel || !colour) return colour;
  for (const each of ["Canvas", colour]) {
    pixel.fillStyle = each;
    pixel.fillRect(0, 0, 1, 1);
  }
  return hexOf([...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3));
}

/** @param {number[]} parts */
const hexOf = (parts) => "#" + parts.map((each) => each.toString(16).padStart(2, "0")).join("");

/** A colour faded into the ground it lies on. @param {string} colour #rrggbb @param {string} ground */
export function mixed(colour, ground) {
  /** @param {string} hex @param {number} k */
  const part = (hex, k) => parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
  const parts = [0, 1, 2].map((k) => Math.round(part(colour, k) * OLD + part(ground, k) * (1 - OLD)));
  return hexOf(parts);
}

/** The screen's scale: a wall of 4K draws wider lines and larger marks with its larger letters. */
export const screenScale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
