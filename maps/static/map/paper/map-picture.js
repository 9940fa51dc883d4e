// The map as it is seen, once more on a canvas of its own: in the colours of paper, finer than the screen.
import { el } from "../../dom.js";
import { colours } from "../../palette.js";
import { contextOf } from "../../signs.js";

/** @typedef {{canvas: HTMLCanvasElement | HTMLImageElement, x: number, y: number, size: number}} Tile
 * a tile of the ground or of the background, in pixels of the map */

const FINER = 3, MOST_PIXELS = 9e6, WAIT_MS = 3000;
const LIGHT = "light";

/** Acts as on a light screen. Nothing of it is seen: the theme is back before the next frame.
 * @template T @param {() => T} act @returns {T} */
export function inLight(act) {
  const { dataset } = document.documentElement, { theme } = dataset;
  dataset.theme = LIGHT;
  try { return act(); } finally { dataset.theme = theme; }
}

/** The map with the tiles under it. @param {Ui.Live} live @param {Tile[]} tiles */
export function mapPicture(live, tiles) {
  const { x: width, y: height } = live.map.getSize();
  const ratio = Math.min(FINER, Math.sqrt(MOST_PIXELS / (width * height)));
  const { canvas, ctx } = makeCanvas(width, height, ratio);
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, width, height);
  for (const { canvas: tile, x, y, size } of tiles) ctx.drawImage(tile, x, y, size, size);
  paintLayers(live, ctx, ratio);
  paintScale(ctx, height);
  return canvas;
}

/** Each layer on a canvas of its own first: some take out what lies under them.
 * @param {Ui.Live} live @param {Ui.Context} ctx @param {number} ratio */
function paintLayers({ layers, links, map }, ctx, ratio) {
  const view = links?.canvas.placed()?.view, { x: width, y: height } = map.getSize();
  if (!view || !links) return;
  const { x, y } = view.shift, { canvas, ctx: over } = makeCanvas(width, height, ratio);
  links.paintedView = view; // what lines are traced for
  for (const layer of layers) {
    over.setTransform(1, 0, 0, 1, 0, 0);
    over.clearRect(0, 0, canvas.width, canvas.height);
    over.setTransform(ratio, 0, 0, ratio, x * ratio, y * ratio);
    layer.paintAll(over, view);
    ctx.drawImage(canvas, 0, 0, width, height);
  }
  links.paintedView = null;
}

/** The scale bar, as Leaflet has measured it. @param {Ui.Context} ctx @param {number} height */
function paintScale(ctx, height) {
  const line = document.querySelector(".leaflet-control-scale-line");
  if (!(line instanceof HTMLElement)) return;
  const y = height - 12;
  ctx.lineWidth = 5;
  for (const colour of ["#fff", "#000"]) {
    ctx.strokeStyle = colour;
    ctx.beginPath();
    ctx.moveTo(12, y - 6);
    ctx.lineTo(12, y);
    ctx.lineTo(12 + line.offsetWidth, y);
    ctx.lineTo(12 + line.offsetWidth, y - 6);
    ctx.stroke();
    ctx.lineWidth = 1.5;
  }
  ctx.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  ctx.lineWidth = 3;
  ctx.strokeStyle = "#fff";
  ctx.fillStyle = "#000";
  ctx.strokeText(line.textContent || "", 17, y - 4);
  ctx.fillText(line.textContent || "", 17, y - 4);
}

/** @param {number} width @param {number} height @param {number} ratio */
function makeCanvas(width, height, ratio) {
  const canvas = el("canvas"), ctx = contextOf(canvas);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { canvas, ctx };
}

/** The tiles that lie under the roads now. A ground in the colours of a dark screen is left out: its tiles
 * are painted elsewhere, and that takes a while (`lightTiles`). @param {Ui.Live} live @returns {Tile[]} */
export function tilesNow({ map, ground, state }) {
  const box = map.getContainer().getBoundingClientRect(), found = [".leaflet-tile-pane .leaflet-tile-loaded"];
  if (ground && state.theme === LIGHT) found.unshift(".leaflet-bomnae-ground-pane canvas");
  return [...document.querySelectorAll(found.join())].flatMap((canvas) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    const isTile = canvas instanceof HTMLCanvasElement || canvas instanceof HTMLImageElement;
    return isTile && canvas.width ? { canvas, x: left - box.left, y: top - box.top, size: width } : [];
  });
}

/** The ground of the view in light colours, as far as it comes in time. @param {Ui.Live} live
 * @returns {Promise<Tile[]>} */
export async function lightTiles(live) {
  const { ground } = live;
  if (!ground?.isShown || ground.isFailed || live.state.theme === LIGHT) return tilesNow(live);
  const tiles = /** @type {Tile[]} */ (tilesNow(live)), paints = inLight(() => ground.inView().map(
    ({ coords, x, y, size }) => new Promise((done) => {
      const canvas = ground.createTile(coords, () => { tiles.push({ canvas, x, y, size }); done(null); });
    }),
  ));
  await Promise.race([Promise.all(paints), new Promise((done) => { setTimeout(done, WAIT_MS); })]);
  return tiles.filter(({ canvas }) => canvas.width > 0);
}

/** The sign of a mark or a list's line. @param {Ui.Sign} sign @param {Ui.Style} style
 * @param {typeof import("../../signs.js").drawSign} draw */
export function signCanvas(sign, style, draw) {
  const { canvas, ctx } = makeCanvas(24, 24, FINER);
  draw(ctx, sign, 12, 12, style === "late" ? 0.76 : 0.92, style, colours());
  return canvas;
}
