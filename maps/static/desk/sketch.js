// A small sketch of where a place is and how to get round it, drawn from the network file. The words say the same.
import { el } from "../dom.js";
import { t } from "../words.js";
import { ask } from "./ask.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600, HEIGHT = 260, ROOM = 0.35; // px of the drawing; share of the place shown around it
const LEAST_DEG = 0.004; // a short place is shown with some of its city
let network = null; // a promise of {ids, index, lines, roads}

/** The roads of the network file, read once; null while the server does not give it. */
export function loadRoads() {
  network = network || ask(document.documentElement.dataset.network).then(read).catch(() => { network = null; return null; });
  return network;
}

function read(file) {
  const lines = file.geometry.map((shape) => {
    const points = [];
    for (let k = 0, lon = 0, lat = 0; k < shape.length; k += 2) {
      lon += shape[k] / 1e5;
      lat += shape[k + 1] / 1e5;
      points.push([lon, lat]);
    }
    return points;
  });
  return { ids: file.ids, index: new Map(file.ids.map((id, i) => [id, i])), lines, roads: file.roads };
}

/** A figure that fills itself when the network file is there; nothing where the place has no links. */
export function sketch(card) {
  const figure = el("figure", "sketch");
  figure.hidden = true;
  loadRoads().then((roads) => {
    if (roads) draw(figure, card, roads);
  });
  return figure;
}

function draw(figure, card, roads) {
  const known = (ids) => (ids || []).map((id) => roads.index.get(id)).filter((i) => i !== undefined);
  const here = known(card.place.links), round = known(card.detour && card.detour.links);
  if (!here.length) return;
  const view = viewOf([...here, ...round].flatMap((i) => roads.lines[i]));
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("card.sketch") });
  const around = roads.lines.map((line, i) => i).filter((i) => roads.lines[i].some(view.holds));
  svg.append(...paths(around, "bed", roads, view), ...paths(round, "round", roads, view), ...paths(here, "here", roads, view), ...names(around, roads, view));
  const legend = el("figcaption");
  legend.append(key("here", "sketch.place"), ...(round.length ? [key("round", "sketch.detour")] : []), el("span", "", t("sketch.north")));
  figure.replaceChildren(svg, legend);
  figure.hidden = false;
}

function key(name, word) {
  const span = el("span", "key"), svg = make("svg", { viewBox: "0 0 28 8", "aria-hidden": "true" });
  svg.append(make("path", { d: "M2 4H26", class: name }));
  span.append(svg, t(word));
  return span;
}

function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** The part of the city that holds points, in proportion; x and y in the drawing's pixels. */
function viewOf(points) {
  const lons = points.map(([lon]) => lon), lats = points.map(([, lat]) => lat);
  const lon = (Math.min(...lons) + Math.max(...lons)) / 2, lat = (Math.min(...lats) + Math.max(...lats)) / 2;
  const squeeze = Math.cos(lat * Math.PI / 180);
  const wide = Math.max(LEAST_DEG, (Math.max(...lons) - Math.min(...lons)) * squeeze) * (1 + ROOM);
  const high = Math.max(LEAST_DEG * HEIGHT / WIDTH, Math.max(...lats) - Math.min(...lats)) * (1 + ROOM);
  const scale = Math.min(WIDTH / wide, HEIGHT / high);
  const x = (at) => WIDTH / 2 + (at - lon) * squeeze * scale, y = (at) => HEIGHT / 2 - (at - lat) * scale;
  return { x, y, holds: ([a, b]) => Math.abs(x(a) - WIDTH / 2) < WIDTH * 0.6 && Math.abs(y(b) - HEIGHT / 2) < HEIGHT * 0.6 };
}

function paths(indexes, name, roads, view) {
  return indexes.map((i) => make("path", { class: name, d: "M" + roads.lines[i].map(([lon, lat]) => `${view.x(lon).toFixed(1)} ${view.y(lat).toFixed(1)}`).join("L") }));
}

/** Each road's name once, where its longest piece in the view has its middle. */
function names(around, roads, view) {
  const best = new Map();
  for (const i of around) {
    const line = roads.lines[i], [a, b] = [line[0], line[line.length - 1]];
    const size = Math.hypot(view.x(a[0]) - view.x(b[0]), view.y(a[1]) - view.y(b[1]));
    const at = line[Math.floor(line.length / 2)], x = view.x(at[0]), y = view.y(at[1]);
    const isInside = x > 40 && x < WIDTH - 40 && y > 14 && y < HEIGHT - 8;
    if (roads.roads[i] && isInside && size > (best.get(roads.roads[i])?.size || 40)) best.set(roads.roads[i], { size, x, y });
  }
  const placed = [];
  return [...best].sort((a, b) => b[1].size - a[1].size).filter(([, at]) => isFree(at, placed)).slice(0, 8).map(([name, { x, y }]) => {
    const text = make("text", { x, y: y - 6, class: "road" });
    text.textContent = name;
    return text;
  });
}

function isFree(at, placed) {
  const isApart = placed.every((other) => Math.abs(other.x - at.x) > 90 || Math.abs(other.y - at.y) > 20);
  if (isApart) placed.push(at);
  return isApart;
}
