// The legend on paper: the levels and marks that the map shows.
import { el } from "../../dom.js";
import { LEVELS } from "../../levels.js";
import { colours } from "../../palette.js";
import { drawSign } from "../../signs.js";
import { t } from "../../words.js";
import { KINDS } from "../kinds.js";
import { signCanvas } from "./map-picture.js";

/** @param {Ui.Live} live */
export function legendOf({ legend, state, clock }) {
  /** @param {string} name */
  const countOf = (name) => legend.rows.get(name)?.count.textContent || "";
  const isThere = (/** @type {string} */ name) => state.isShown(name) && countOf(name) !== "0";
  const { levels, bus } = colours(), list = el("ul", "legend");
  const rows = /** @type {[string, string, Node][]} */ ([
    ...LEVELS.map((name, k) => ["level.", name, swatch("", levels[k])]),
    ...marks().filter(([, name]) => isThere(name)),
    ...(clock.at_ms === null ? [["layer.", "buses", swatch("bus", bus)]] : []), // no other time has any
  ]);
  for (const [prefix, name, mark] of rows.filter(([, each]) => state.isShown(each))) {
    const item = el("li");
    item.append(mark, t(prefix + name), " ", el("span", "", countOf(name)));
    list.append(item);
  }
  return list;
}

/** Every mark that a layer has. */
function marks() {
  return Object.values(KINDS).flatMap(({ mark, layers = [] }) => layers.flatMap((name) => {
    const look = mark?.(name);
    /** @type {[string, string, Node][]} */
    const row = look ? [["layer.", name, signCanvas(look.sign, look.style, drawSign)]] : [];
    return row;
  }));
}

/** @param {string} className @param {string} colour */
function swatch(className, colour) {
  const mark = el("i", className);
  mark.style.background = colour;
  return mark;
}
