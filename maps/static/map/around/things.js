// Every thing that stands in a view, with its place on it: what the keyboard goes through.

/** @typedef {{kind: string, id: string, index: number, x: number, y: number}} Thing px of the map's box */
/** @typedef {{x: number, y: number}} Point */

const STOPS_FROM_ZOOM = 14; // as they are drawn
const SAME_PX = 3; // nearer than this is the same place
const ASIDE = 3; // how much less what lies aside counts than what lies straight on
const EARTH_M = 40_075_017;
/** The eight winds from the north on, clockwise. */
export const WINDS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];

/** Marks, those under another too, buses, stops and roads. @param {Ui.Live} live @param {Point} size of the
 * map's box @returns {Thing[]} */
export function thingsInView({ marks, buses, links }, size) {
  const view = links?.canvas.view;
  if (!marks || !buses || !links || !view) return [];
  const { x: left, y: top } = links.canvas.shift();
  const found = [
    ...marks.marks.map(({ kind, id, ...mark }) => ({ kind, id, index: -1, ...mark.from || placeOf(mark) })),
    ...buses.drawn.map(({ row, x, y }) => ({ kind: "bus", id: row[0], index: -1, x, y })),
    ...view.zoom >= STOPS_FROM_ZOOM ? stopsOf(links.network, view) : [],
    ...links.visible.flatMap((i) => roadOf(links.network, i, view, { left, top, size })),
  ];
  return found.map((thing) => ({ ...thing, x: thing.x + left, y: thing.y + top }))
    .filter((thing) => isIn(thing, size));
}

/** @param {Point} mark @returns {Point} */
const placeOf = ({ x, y }) => ({ x, y });

/** @param {Point} at @param {Point} size */
const isIn = ({ x, y }, size) => x >= 0 && y >= 0 && x <= size.x && y <= size.y;

/** A road where its middle is, or else where a corner of it is in the view. @param {Ui.Network} network
 * @param {number} i @param {Ui.View} view @param {{left: number, top: number, size: Point}} box
 * @returns {Thing[]} */
function roadOf(network, i, view, { left, top, size }) {
  const places = [placeOf(network.middle(i))];
  for (let v = network.start[i]; v < network.end[i]; v++) places.push({ x: network.x[v], y: network.y[v] });
  const points = places.map(({ x, y }) => ({ x: view.px(x), y: view.py(y) }));
  const at = points.find(({ x, y }) => isIn({ x: x + left, y: y + top }, size));
  return at ? [{ kind: "link", id: network.ids[i], index: i, ...at }] : [];
}

/** The stops that sections begin or end at, those too that lie under a street and are not drawn.
 * @param {Ui.Network} network @param {Ui.View} view
 * @returns {Thing[]} */
export function stopsOf(network, view) {
  const found = /** @type {Map<string, Thing>} */ (new Map());
  for (const i of network.listed) {
    const ends = network.ids[i].split(">");
    if (ends.length !== 2) continue;
    [network.start[i], network.end[i] - 1].forEach((v, k) => {
      const x = view.px(network.x[v]), y = view.py(network.y[v]);
      found.set(ends[k], { kind: "stop", id: ends[k], index: -1, x, y });
    });
  }
  return [...found.values()];
}

/** The nearest first, of equally near ones in the order given. @template {Point} T @param {T[]} things
 * @param {Point} from */
export const byDistance = (things, from) =>
  [...things].sort((a, b) => away(a, from) - away(b, from));

/** @param {Point} a @param {Point} b */
const away = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** What is next from a place in a direction: near, and straight on rather than aside.
 * @template {Point} T @param {T[]} things @param {Point} from @param {Point} towards of length 1
 * @returns {T | null} */
export function nextIn(things, from, towards) {
  let best = /** @type {T | null} */ (null), least = Infinity;
  for (const thing of things) {
    const dx = thing.x - from.x, dy = thing.y - from.y;
    const on = dx * towards.x + dy * towards.y, aside = Math.abs(dx * towards.y - dy * towards.x);
    const cost = on + ASIDE * aside;
    if (on > SAME_PX && aside <= on && cost < least) { least = cost; best = thing; }
  }
  return best;
}

/** Which of `WINDS` a place lies towards. @param {Point} at @param {Point} from */
export function windOf(at, from) {
  const turn = Math.atan2(at.x - from.x, from.y - at.y) * 4 / Math.PI;
  return WINDS[(Math.round(turn) + 8) % 8];
}

/** Metres a pixel at a latitude and a zoom. @param {number} lat_deg @param {number} zoom */
export const metresAPixel = (lat_deg, zoom) =>
  EARTH_M * Math.cos(lat_deg * Math.PI / 180) / (256 * 2 ** zoom);
