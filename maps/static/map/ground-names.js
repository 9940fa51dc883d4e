// The names of the ground: waters, 동, stations, stops. The great ones first, each once in a view.
import { el } from "../dom.js";
import { screenScale } from "../palette.js";
import { contextOf } from "../signs.js";
import { write } from "./labels.js";

/** From which zoom, up to which, and how great: those of rank 0 are written before the roads' names.
 * @type {Record<string, {from: number, to?: number, rank: number, mark?: "dot" | "peak" | "ring"}>} */
export const NAME_KINDS = {
  lake: { from: 8, to: 14.5, rank: 0 },
  river: { from: 11, to: 14.5, rank: 0 },
  wide: { from: 9.5, to: 13, rank: 1 },
  water: { from: 12, rank: 2 }, // of a lake or river, again in each cell
  emd: { from: 12, to: 15, rank: 2 },
  station: { from: 11.5, rank: 3, mark: "dot" },
  dam: { from: 11.5, rank: 3, mark: "dot" },
  peak: { from: 11.5, rank: 4, mark: "peak" },
  near: { from: 15, rank: 4 },
  island: { from: 12.5, rank: 4 },
  ri: { from: 12.5, to: 15, rank: 5 },
  rail: { from: 13, rank: 5 },
  road: { from: 14.5, rank: 5 },
  stream: { from: 13.5, rank: 6 },
  spot: { from: 13, rank: 6, mark: "dot" },
  stop: { from: 14, rank: 7, mark: "ring" },
  building: { from: 16.5, rank: 8 },
};
export const WATERS = new Set(["lake", "river", "water", "stream"]);
const STOP_NAMES_FROM = 15; // before that a stop is its ring alone

/** The names of a zoom, the greatest first. @param {Ui.GroundName[]} names @param {number} zoom */
export function namesShown(names, zoom) {
  return names.filter(({ kind }) => isAt(NAME_KINDS[kind], zoom))
    .sort((a, b) => NAME_KINDS[a.kind].rank - NAME_KINDS[b.kind].rank || (a.text < b.text ? -1 : 1));
}

/** @param {typeof NAME_KINDS[string] | undefined} kind @param {number} zoom */
const isAt = (kind, zoom) => kind !== undefined && zoom >= kind.from && zoom < (kind.to ?? Infinity);

/** Whether a name is written, or its mark stands alone. @param {string} kind @param {number} zoom */
export const isWritten = (kind, zoom) => kind !== "stop" || zoom >= STOP_NAMES_FROM;

/** Writes names where roads and marks leave room, one a step; those of rank 0 (`isGreat`) or the others.
 * The rings of stops come first, for there is one on each side of the road: none may lie on a name.
 * @param {Ui.Labels} labels @param {Ui.GroundName[]} names @param {Ui.GroundPaper} paper
 * @param {boolean} isGreat */
export function* nameSteps(labels, names, paper, isGreat) {
  const { view } = paper, shown = namesShown(names, view.zoom)
    .filter(({ kind }) => isGreat === (NAME_KINDS[kind].rank === 0))
    .map(({ text, kind, x, y }) => ({ text, kind, x: view.px(x), y: view.py(y) }))
    .filter(({ x, y }) => view.holds(x, y, 0));
  for (const { isRing, ...name } of drawOrder(shown)) {
    if (isRing || paintName(labels, name, paper) && isMarked(name.kind)) paintMark(paper, name);
    yield;
  }
}

/** What is drawn in which order: the rings of stops, which are shown without their names too, then the names.
 * @param {Ui.GroundName[]} shown @returns {(Ui.GroundName & {isRing: boolean})[]} */
export const drawOrder = (shown) => [
  ...shown.filter(({ kind }) => kind === "stop").map((name) => ({ ...name, isRing: true })),
  ...shown.map((name) => ({ ...name, isRing: false })),
];

/** Whether a mark comes with its name. @param {string} kind */
const isMarked = (kind) => NAME_KINDS[kind].mark !== undefined && kind !== "stop";

/** @param {string} kind @param {number} zoom */
const markSize = (kind, zoom) => kind === "stop" && zoom < STOP_NAMES_FROM ? 1.7 : 3;

/** Whether there was room for a name, and none like it.
 * @param {Ui.Labels} labels @param {Ui.GroundName} given on the screen @param {Ui.GroundPaper} paper */
function paintName(labels, { text, kind, x, y }, { ctx, view, colours, taken }) {
  const isRoad = labels.network.roadMetres.has(text); // a road of the network is named by itself
  if (isRoad || labels.written.has(text) || !isWritten(kind, view.zoom)) return false;
  const { mark, rank } = NAME_KINDS[kind], size = Math.round((rank ? 11 : 13) * screenScale());
  const name = { text, x, y: mark ? y + size : y, turn: 0 }, ratio = ctx.canvas.width / view.width;
  const stamp = stampOf(text, WATERS.has(kind), size, ratio, colours);
  if (!labels.take(ctx, view, name, size, taken, stamp.width)) return false;
  labels.written.add(text);
  const w = stamp.canvas.width / ratio, h = stamp.canvas.height / ratio;
  /** @param {number} px on a whole pixel of the screen: letters stay sharp */
  const sharp = (px) => Math.round(px * ratio) / ratio;
  ctx.drawImage(stamp.canvas, sharp(name.x - w / 2), sharp(name.y - h / 2), w, h);
  return true;
}

/** Names as they were written once: letters with an edge cost more than a picture of them.
 * @type {Map<string, {canvas: HTMLCanvasElement, width: number}>} */
const stamps = new Map();
const MOST_STAMPS = 600;

/** @param {string} text @param {boolean} isWater @param {number} size @param {number} ratio
 * @param {Ui.Colours} colours */
function stampOf(text, isWater, size, ratio, colours) {
  const [halo, fill] = isWater ? [colours.water, colours["water-name"]] : [colours.halo, colours.faint];
  const key = `${text}\n${halo} ${fill} ${size} ${ratio}`, known = stamps.get(key);
  if (known) return known;
  const canvas = el("canvas"), ctx = contextOf(canvas);
  const font = `${isWater ? "italic 600" : "500"} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.font = font;
  const { width } = ctx.measureText(text);
  canvas.width = Math.ceil((width + 10) * ratio);
  canvas.height = Math.ceil(2 * size * ratio);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  Object.assign(ctx, { font, textAlign: "center", textBaseline: "middle", lineJoin: "round" });
  const middle = { text, x: canvas.width / ratio / 2, y: canvas.height / ratio / 2, turn: 0 };
  write(ctx, middle, halo, fill, 3);
  if (stamps.size >= MOST_STAMPS) stamps.clear();
  stamps.set(key, { canvas, width });
  return { canvas, width };
}

/** A station's square, a peak, a stop's ring.
 * @param {Ui.GroundPaper} paper @param {Ui.GroundName} at on the screen */
function paintMark({ ctx, colours, view }, { kind, x, y }) {
  const mark = NAME_KINDS[kind].mark || "dot", r = markSize(kind, view.zoom) * screenScale();
  ctx.fillStyle = mark === "ring" ? colours.hollow : colours.faint;
  ctx.strokeStyle = colours.faint;
  ctx.lineWidth = r / 2.5;
  ctx.beginPath();
  PATHS[mark](ctx, x, y, r);
  ctx.fill();
  if (mark === "ring") ctx.stroke();
}

/** @type {Record<string, (ctx: Ui.Context, x: number, y: number, r: number) => void>} */
const PATHS = {
  dot: (ctx, x, y, r) => ctx.rect(x - r / 1.5, y - r / 1.5, 1.33 * r, 1.33 * r),
  ring: (ctx, x, y, r) => ctx.arc(x, y, r * 0.8, 0, 2 * Math.PI),
  peak: (ctx, x, y, r) => { for (const [dx, dy] of [[0, -r], [r, r], [-r, r]]) ctx.lineTo(x + dx, y + dy); },
};
