// A small sketch of where a place is and how to get round it. The words tell the same.
import { el } from "../dom.js";
import { t } from "../words.js";
import { ask } from "./ask.js";

/** @typedef {[number, number]} Point longitude, latitude */
/** @typedef {{ids: string[], index: Map<string, number>, lines: Point[][], roads: string[]}} Roads */
/** @typedef {(degrees: number) => number} Axis */
/** @typedef {{x: Axis, y: Axis, holds: (point: Point) => boolean}} SketchView */
/** @typedef {{size: number, x: number, y: number}} Spot of a name */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600, HEIGHT = 260, ROOM = 0.35; // px of the drawing; share of the place shown around it
const LEAST_DEG = 0.004; // a short place is shown with some of its city
const LEAST_NAMED_PX = 40, MOST_NAMES = 8;
let loading = /** @type {Promise<Roads | null> | null} */ (null);

/** The roads of the network file, read once; null while the server does not give it. */
export function loadRoads() {
  loading ||= ask(document.documentElement.dataset.network || "").then(read).catch(() => loading = null);
  return loading;
}

/** @param {Api.NetworkFile} file @returns {Roads} */
function read(file) {
  const lines = file.geometry.map((shape) => {
    const points = /** @type {Point[]} */ ([]);
    for (let k = 0, lon = 0, lat = 0; k < shape.length; k += 2) {
      lon += shape[k] / 1e5;
      lat += shape[k + 1] / 1e5;
      points.push([lon, lat]);
    }
    return points;
  });
  return { ids: file.ids, index: new Map(file.ids.map((id, i) => [id, i])), lines, roads: file.roads };
}

/** A figure that fills itself when the network file is there; nothing where the place has no links.
 * @param {Desk.Card} card */
export function sketch(card) {
  const figure = el("figure", "sketch");
  figure.hidden = true;
  loadRoads().then((roads) => { if (roads) draw(figure, card, roads); });
  return figure;
}

/** @param {HTMLElement} figure @param {Desk.Card} card @param {Roads} roads */
function draw(figure, { place, detour }, roads) {
  const here = (place.links || []).flatMap((id) => roads.index.get(id) ?? []);
  const round = (detour?.links || []).flatMap((id) => roads.index.get(id) ?? []);
  if (!here.length) return;
  const view = viewOf([...here, ...round].flatMap((i) => roads.lines[i])), legend = el("figcaption");
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("card.sketch") });
  const around = [...roads.lines.keys()].filter((i) => roads.lines[i].some(view.holds));
  svg.append(
    ...paths(around, "bed", roads, view), ...paths(round, "round", roads, view),
    ...paths(here, "here", roads, view), ...names(around, roads, view),
  );
  legend.append(key("here", "sketch.place"), ...(round.length ? [key("round", "sketch.detour")] : []));
  legend.append(el("span", "", t("sketch.north")));
  figure.replaceChildren(svg, legend);
  figure.hidden = false;
}

/** @param {string} name @param {string} word */
function key(name, word) {
  const span = el("span", "key"), svg = make("svg", { viewBox: "0 0 28 8", "aria-hidden": "true" });
  svg.append(make("path", { d: "M2 4H26", class: name }));
  span.append(svg, t(word));
  return span;
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** The part of the city that holds points, in proportion; x and y in the drawing's pixels.
 * @param {Point[]} points @returns {SketchView} */
function viewOf(points) {
  const lons = points.map(([lon]) => lon), lats = points.map(([, lat]) => lat);
  const west = Math.min(...lons), east = Math.max(...lons);
  const south = Math.min(...lats), north = Math.max(...lats);
  const lon = (west + east) / 2, lat = (south + north) / 2, squeeze = Math.cos(lat * Math.PI / 180);
  const wide = Math.max(LEAST_DEG, (east - west) * squeeze) * (1 + ROOM);
  const high = Math.max(LEAST_DEG * HEIGHT / WIDTH, north - south) * (1 + ROOM);
  const scale = Math.min(WIDTH / wide, HEIGHT / high);
  /** @type {Axis} */
  const x = (at) => WIDTH / 2 + (at - lon) * squeeze * scale;
  /** @type {Axis} */
  const y = (at) => HEIGHT / 2 - (at - lat) * scale;
  return {
    x, y,
    holds: ([a, b]) => Math.abs(x(a) - WIDTH / 2) < WIDTH * 0.6 && Math.abs(y(b) - HEIGHT / 2) < HEIGHT * 0.6,
  };
}

/** @param {number[]} indexes @param {string} name @param {Roads} roads @param {SketchView} view */
function paths(indexes, name, { lines }, view) {
  return indexes.map((i) => {
    const points = lines[i].map(([lon, lat]) => `${view.x(lon).toFixed(1)} ${view.y(lat).toFixed(1)}`);
    return make("path", { class: name, d: "M" + points.join("L") });
  });
}

/** Each road's name once, where its longest piece in the view has its middle.
 * @param {number[]} around @param {Roads} roads @param {SketchView} view */
function names(around, { lines, roads }, view) {
  const best = /** @type {Map<string, Spot>} */ (new Map());
  for (const i of around) {
    const spot = spotOf(lines[i], view), least = best.get(roads[i])?.size || LEAST_NAMED_PX;
    if (roads[i] && isInside(spot) && spot.size > least) best.set(roads[i], spot);
  }
  const placed = /** @type {Spot[]} */ ([]);
  const found = [...best].sort(([, a], [, b]) => b.size - a.size).filter(([, spot]) => isFree(spot, placed));
  return found.slice(0, MOST_NAMES).map(([name, { x, y }]) => {
    const text = make("text", { x, y: y - 6, class: "road" });
    text.textContent = name;
    return text;
  });
}

/** The middle of a line and how far its ends lie apart, px. @param {Point[]} line @param {SketchView} view
 * @returns {Spot} */
function spotOf(line, view) {
  const [ax, ay] = line[0], [bx, by] = line[line.length - 1], [lon, lat] = line[Math.floor(line.length / 2)];
  const size = Math.hypot(view.x(ax) - view.x(bx), view.y(ay) - view.y(by));
  return { size, x: view.x(lon), y: view.y(lat) };
}

/** @param {Spot} spot */
const isInside = ({ x, y }) => x > 40 && x < WIDTH - 40 && y > 14 && y < HEIGHT - 8;

/** Takes a spot where no name stands near. @param {Spot} spot @param {Spot[]} placed */
function isFree(spot, placed) {
  const isApart = placed.every(({ x, y }) => Math.abs(x - spot.x) > 90 || Math.abs(y - spot.y) > 20);
  if (isApart) placed.push(spot);
  return isApart;
}
